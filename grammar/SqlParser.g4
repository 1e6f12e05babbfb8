// PostgreSQL's SQL with DuckDB's additions. src/Parser/Building turns parse trees into the syntax tree.
//
// On the way of a query nearly every decision needs one token of lookahead, so that the generated code is plain recursive descent: a cold process
// does not pay for simulating the grammar, and a warm one runs at the speed of a hand-written parser. Where SQL is not like that, the rule here
// accepts a flat list and the builder finishes the work: operators within a predicate are folded by precedence, ON and USING close the
// innermost open join, (query) within expressions becomes a query when a set operator follows it. `grammar/generate --decisions` lists the
// decisions that need more than one token. Rules on the way of a query are also kept small, because a cold process compiles each one it comes through.
parser grammar SqlParser;

options { tokenVocab = SqlLexer; }

statements: statement? (';' statement?)* EOF;

singleExpression: expression EOF;

singleType: typeName EOF;

statement
  : dataStatement                                                                                 # data
  | command                                                                                       # commandStatement
  ;

command
  : TRUNCATE TABLE? truncated (',' truncated)* ((CONTINUE | RESTART) IDENTITY)? dropBehavior?     # truncate
  | CREATE createBody                                                                             # create
  | REFRESH MATERIALIZED VIEW CONCURRENTLY? qualifiedName withData?                               # refresh
  | DROP objectKind CONCURRENTLY? (IF EXISTS)? qualifiedName (',' qualifiedName)* dropBehavior?   # drop
  | ALTER objectKind (IF EXISTS)? ONLY? qualifiedName '*'? alterAction (',' alterAction)*         # alter
  | COPY copyBody                                                                                 # copy
  | EXPLAIN explainOptions explained                                                              # explain
  | (ANALYZE | ANALYSE) optionList? VERBOSE? maintainedTables?                                    # analyze
  | VACUUM optionList? FULL? FREEZE? VERBOSE? ANALYZE? maintainedTables?                          # vacuum
  | DESCRIBE described                                                                            # describe
  | SUMMARIZE described                                                                           # summarize
  | SHOW showBody                                                                                 # show
  | SET setBody                                                                                   # set
  | RESET resetBody                                                                               # reset
  | (BEGIN work? | START TRANSACTION) transactionModes?                                           # begin
  | (COMMIT | END) work? chain?                                                                   # commit
  | (ROLLBACK | ABORT) work? (TO SAVEPOINT? identifier | chain)?                                  # rollback
  | SAVEPOINT identifier                                                                          # savepoint
  | RELEASE SAVEPOINT? identifier                                                                 # release
  | PREPARE identifier ('(' typeName (',' typeName)* ')')? AS dataStatement                       # prepare
  | EXECUTE identifier ('(' expression (',' expression)* ')')?                                    # execute
  | DEALLOCATE PREPARE? (identifier | ALL)                                                        # deallocate
  | DECLARE identifier cursorOption* CURSOR ((WITH | WITHOUT) HOLD)? FOR query                    # declareCursor
  | (FETCH | MOVE) cursorPosition                                                                 # fetchCursor
  | CLOSE (identifier | ALL)                                                                      # closeCursor
  | DISCARD (ALL | PLANS | SEQUENCES | TEMP | TEMPORARY)                                          # discard
  | LISTEN identifier                                                                             # listen
  | NOTIFY identifier (',' STRING)?                                                               # notify
  | UNLISTEN (identifier | '*')                                                                   # unlisten
  | LOCK TABLE? truncated (',' truncated)* (IN lockMode MODE)? NOWAIT?                            # lockTable
  | COMMENT ON objectKind qualifiedName (ON qualifiedName)? IS (STRING | NULL)                    # comment
  | GRANT grantBody                                                                               # grant
  | REVOKE revokeBody                                                                             # revoke
  | CHECKPOINT                                                                                    # checkpoint
  ;

// ---------------------------------------------------------------------------------------------------------------------------------- queries

dataStatement: withClause? (queryBody | insert | update | delete | merge);

query: withClause? queryBody;

// WITH_LA: a first table named time or ordinality.
withClause: (WITH | WITH_LA) RECURSIVE? commonTable (',' commonTable)*;

commonTable
  : identifier columnNames? AS (NOT? MATERIALIZED)? '(' dataStatement ')' searchClause? cycleClause?
  ;

searchClause: SEARCH (BREADTH | DEPTH) FIRST BY identifier (',' identifier)* SET sequence=identifier;

cycleClause
  : CYCLE identifier (',' identifier)* SET mark=identifier (TO markValue=bound DEFAULT markDefault=bound)? USING path=identifier
  ;

queryBody: queryTerm (setOperator queryTerm)* queryTail;

setOperator: (UNION | EXCEPT) (ALL | DISTINCT)? (BY NAME)?;

queryTerm: queryPrimary intersection*;

intersection: INTERSECT (ALL | DISTINCT)? queryPrimary;

queryTail: orderBy? (limitPart | lockingClause)*;

queryPrimary: simpleQuery | '(' query ')';

simpleQuery
  : SELECT distinctClause? selectItems? intoClause? fromClause? selectTail                # select
  | fromClause (SELECT distinctClause? selectItems)? selectTail                           # fromFirst
  | VALUES valuesRows                                                                     # values
  | TABLE relation                                                                        # tableQuery
  ;

distinctClause: ALL | DISTINCT (ON '(' expression (',' expression)* ')')?;

selectItems: selectItem (',' selectItem)*;

selectItem: ('*' | expression) starModifier* (AS label | bareLabel)?;

starModifier
  : EXCLUDE ('(' identifier (',' identifier)* ')' | identifier)                           # exclude
  | REPLACE '(' replacement (',' replacement)* ')'                                        # replace
  ;

replacement: expression AS label;

intoClause: INTO ((LOCAL | GLOBAL)? (TEMP | TEMPORARY) | UNLOGGED)? TABLE? qualifiedName;

fromClause: FROM tableReference (',' tableReference)*;

selectTail
  : (WHERE where=expression)? groupBy? (HAVING having=expression)? windowClause? (QUALIFY qualify=expression)?
  ;

groupBy: GROUP BY (ALL | DISTINCT)? (groupingElement (',' groupingElement)*)?;

groupingElement
  : expression                                                                            # groupingExpression
  | GROUPING_LA SETS '(' groupingElement (',' groupingElement)* ')'                       # groupingSets
  ;

windowClause: WINDOW windowDefinition (',' windowDefinition)*;

windowDefinition: identifier AS windowSpecification;

valuesRows: valuesRow (',' valuesRow)*;

valuesRow: '(' expression (',' expression)* ')';

orderBy: ORDER BY sortItem (',' sortItem)*;

sortItem: (expression | ALL) (ASC | DESC | USING anyOperator)? (NULLS_LA (FIRST | LAST))?;

limitPart
  : LIMIT (ALL | expression)                                                              # limit
  | OFFSET expression (ROW | ROWS)?                                                       # offset
  | FETCH (FIRST | NEXT) fetchCount? (ROW | ROWS) (ONLY | WITH TIES)                      # fetchFirst
  ;

fetchCount: sign=('+' | '-') (INTEGER_NUMBER | DECIMAL_NUMBER | FLOAT_NUMBER) | primary;

lockingClause
  : FOR ((UPDATE | NO KEY UPDATE | SHARE | KEY SHARE) (OF qualifiedName (',' qualifiedName)*)? (NOWAIT | SKIP_ LOCKED)? | READ ONLY)
  ;

// --------------------------------------------------------------------------------------------------------------------------- table references

// Each ON or USING closes the innermost join that still waits for its condition: a JOIN b JOIN c ON 1 ON 2.
tableReference: tablePrimary joinPart*;

joinPart
  : CROSS JOIN tablePrimary                                                               # crossJoin
  | NATURAL joinKind? JOIN tablePrimary                                                   # naturalJoin
  | ASOF? joinKind? JOIN tablePrimary                                                     # join
  | ON expression                                                                         # onCondition
  | USING columnNames (AS identifier)?                                                    # usingCondition
  ;

joinKind: INNER | (LEFT | RIGHT | FULL) OUTER? | SEMI | ANTI;

tablePrimary
  : ONLY (relationName | '(' relationName ')') tableAlias? tableSample?                   # onlyTable
  | relationName ('*'? tableAlias? tableSample? | functionTail)                           # namedTable
  | functionName functionTail                                                             # keywordFunctionTable
  | currentValue withOrdinality? functionAlias?                                           # currentValueTable
  | callForm withOrdinality? functionAlias?                                               # callFormTable
  | STRING tableAlias? tableSample?                                                       # fileTable
  | '(' parenthesizedTable ')' tableAlias?                                                # parenthesized
  | LATERAL ('(' query ')' tableAlias? | (relationName | functionName) functionTail | (callForm | currentValue) withOrdinality? functionAlias?)  # lateral
  ;

// A query, a table or join in parentheses, or, when the first is a query in parentheses, the rest of a larger query: (((SELECT 1)) UNION SELECT 2).
parenthesizedTable
  : startedQuery
  | tableReference (setTail queryTail | orderBy (limitPart | lockingClause)* | (limitPart | lockingClause)+)?
  ;

// f(…) in FROM, or ROWS FROM (f(…), g(…)): then the name is the word ROWS.
functionTail
  : callArguments withOrdinality? functionAlias?
  | FROM '(' rowsFromItem (',' rowsFromItem)* ')' withOrdinality? functionAlias?
  ;

rowsFromItem: ((relationName | functionName) callArguments | callForm | currentValue) (AS '(' functionColumn (',' functionColumn)* ')')?;

withOrdinality: WITH_LA ORDINALITY;

functionAlias
  : AS ('(' functionColumn (',' functionColumn)* ')' | identifier functionAliasColumns?)
  | bareAlias functionAliasColumns?
  ;

functionAliasColumns: '(' aliasColumn (',' aliasColumn)* ')';

functionColumn: identifier SETOF? typeName (COLLATE qualifiedName)?;

aliasColumn: identifier (SETOF? typeName (COLLATE qualifiedName)?)?;

relation: ONLY (relationName | '(' relationName ')') | relationName '*'?;

relationName: (IDENTIFIER | QUOTED_IDENTIFIER | freeKeyword | afterAsKeyword | columnKeyword | joinWord | formKeyword) ('.' label)*;

// Words that begin a join name a table only behind AS.
tableAlias: (AS identifier | bareAlias) columnNames?;

tableSample: TABLESAMPLE (qualifiedName | functionName) '(' expression (',' expression)* ')' (REPEATABLE '(' expression ')')?;

columnNames: '(' identifier (',' identifier)* ')';

// -------------------------------------------------------------------------------------------------------------------------------- expressions

expression: conjunction (OR conjunction)*;

conjunction: NOT* predicate (AND NOT* predicate)*;

// Operands, operators and tests as they stand in the text: the builder folds them by precedence, as PostgreSQL's grammar does.
predicate: (prefixOperator (negation | prefixOperator)*)? primary (suffix | predicateTail)*;

predicateTail
  : infixOperator (rightOperand | quantified)                                             # infix
  | IS NOT? (NULL | TRUE | FALSE | UNKNOWN | DISTINCT FROM rightOperand | formTest)       # isTest
  | ISNULL                                                                                # isNull
  | NOTNULL                                                                               # notNull
  | NOT_LA? patternTest                                                                   # patternTail
  // Belongs to the innermost LIKE or SIMILAR TO before it, or to substring(… SIMILAR … ESCAPE …).
  | ESCAPE rightOperand                                                                   # escapeTail
  | OVERLAPS rightOperand                                                                 # overlapsTail
  ;

patternTest
  : BETWEEN (SYMMETRIC | ASYMMETRIC)? bound AND rightOperand                              # between
  | IN '(' parenthesizedBody ')'                                                          # inTest
  | (LIKE | ILIKE) (quantified | rightOperand)                                            # like
  | SIMILAR TO rightOperand                                                               # similarTo
  ;

// 'x' || NOT b: what follows NOT is its operand up to AND and OR.
rightOperand: (negation | prefixOperator)* primary;

negation: NOT;

// IS NORMALIZED, IS NFC NORMALIZED, IS DOCUMENT: words of the language here only; the builder knows them.
formTest: IDENTIFIER IDENTIFIER?;

// What stands where no AND, OR, NOT or test may: PostgreSQL's b_expr.
bound: prefixOperator* primary (suffix | boundTail)*;

boundTail
  : infixOperator boundOperand                                                            # boundInfix
  | IS NOT? (DISTINCT FROM boundOperand | formTest)                                       # boundTest
  ;

boundOperand: prefixOperator* primary;

quantified: (ANY | SOME | ALL) '(' parenthesizedBody ')';

prefixOperator: '+' | '-' | otherOperator;

infixOperator: '+' | '-' | '*' | '/' | '%' | '^' | '=' | '<>' | '<' | '<=' | '>' | '>=' | otherOperator;

otherOperator: OPERATOR_SYMBOL | OPERATOR '(' (identifier '.')* operatorSymbol ')';

anyOperator: operatorSymbol | OPERATOR '(' (identifier '.')* operatorSymbol ')';

operatorSymbol: OPERATOR_SYMBOL | '+' | '-' | '*' | '/' | '%' | '^' | '=' | '<>' | '<' | '<=' | '>' | '>=';

suffix
  : '::' SETOF? simpleType                                                                # castSuffix
  | '[' lower=expression? (colon=':' upper=expression?)? ']' fields?                      # subscriptSuffix
  | COLLATE qualifiedName                                                                 # collateSuffix
  | AT (TIME ZONE rightOperand | LOCAL)                                                   # atTimeZoneSuffix
  ;

primary
  : (INTEGER_NUMBER | DECIMAL_NUMBER | FLOAT_NUMBER)                                      # number
  | STRING                                                                                # string
  | name nameTail?                                                                        # nameOrCall
  | '(' parenthesizedBody ')' fields?                                                     # parens
  | PARAMETER fields?                                                                     # parameter
  | (TRUE | FALSE)                                                                        # boolean
  | NULL                                                                                  # null
  | form                                                                                  # formExpression
  ;

form
  : CASE operandOfCase=expression? caseBranches (ELSE otherwise=expression)? END          # case
  | EXISTS '(' query ')'                                                                  # exists
  | (TIME | TIMESTAMP) (fields | typePrecision? timeZone? STRING)?                        # timeLiteral
  | INTERVAL (fields | typePrecision? STRING intervalQualifier? | INTEGER_NUMBER identifier)?  # intervalLiteral
  | callForm                                                                              # callFormExpression
  | functionName (callTail fields? | STRING)                                              # keywordCall
  | NATIONAL IDENTIFIER VARYING? typePrecision? STRING                                    # nationalLiteral
  | currentValue                                                                          # currentValueExpression
  | ARRAY ('[' expressions? ']' | '(' query ')')                                          # array
  | '[' expressions? ']'                                                                  # list
  | '{' structFields? '}'                                                                 # struct
  | ROW ('(' expressions? ')' | fields)?                                                  # row
  | GROUPING '(' expressions ')'                                                          # grouping
  | (BIT_STRING | HEX_STRING)                                                             # bitString
  | DEFAULT                                                                               # default
  | UNIQUE '(' query ')'                                                                  # unique
  ;

// Calls with words between their arguments; they may stand in FROM too. Without a parenthesis behind them their names are plain words.
callForm
  : (CAST | TRY_CAST) '(' expression AS SETOF? typeName ')'                               # cast
  | TREAT '(' expression AS SETOF? typeName ')'                                           # treat
  | EXTRACT '(' (label | STRING) FROM expression ')'                                      # extract
  | SUBSTRING '(' substringArguments? ')'                                                 # substring
  | POSITION '(' bound (IN bound | ',' expression) ')'                                    # position
  | OVERLAY '(' (expression (PLACING expression FROM expression (FOR expression)? | ',' expressions))? ')'  # overlay
  | TRIM '(' side=(BOTH | LEADING | TRAILING)? (FROM expressions | expression (FROM expressions | ',' expressions)?) ')'  # trim
  | COLLATION_LA FOR '(' expression ')'                                                   # collationFor
  | xmlKeyword '(' xmlPart* ')'                                                           # xml
  ;

// SQL/XML is refused by name, not as a mistake in writing.
xmlPart: ~('(' | ')' | ';' | INVALID) | '(' xmlPart* ')';

// Field selections: .a.b or .*
fields: ('.' (label | '*'))+;

caseBranches: caseBranch+;

substringArguments
  : expression (',' expressions | (FROM from=expression | FOR for=expression)+ | SIMILAR_LA pattern=expression)?
  ;

structFields: structField (',' structField)*;

expressions: expression (',' expression)*;

// The inside of parentheses: a query; or expressions; or an expression that is a query in parentheses, followed by the rest of a larger query.
parenthesizedBody
  : startedQuery
  | (expression ((',' expression)+ | setTail queryTail | orderBy (limitPart | lockingClause)* | (limitPart | lockingClause)+)?)?
  ;

// A query whose first token is a keyword, so that it cannot be an expression in parentheses.
startedQuery: withClause queryBody | simpleQuery intersection* (setOperator queryTerm)* queryTail;

setTail: (intersection+ | setOperator queryTerm) (setOperator queryTerm)*;

name: expressionName fields?;

nameTail
  : callTail fields?                                                                      # nameCall
  | PRECISION? STRING                                                                     # typedLiteral
  | VARYING typePrecision? STRING                                                         # varyingLiteral
  | '{' mapEntries? '}'                                                                   # mapLiteral
  ;

callTail: callArguments STRING? withinGroup? filter? nullTreatment? over?;

callArguments: '(' (ALL | DISTINCT)? (argument (',' argument)* orderBy? (IGNORE NULLS | RESPECT NULLS)?)? ')';

argument: '*' | VARIADIC? expression ((':=' | '=>') expression)?;

nullTreatment: (IGNORE_LA | RESPECT_LA) NULLS;

withinGroup: WITHIN GROUP '(' orderBy ')';

filter: FILTER '(' WHERE expression ')';

over: OVER (identifier | windowSpecification);

windowSpecification
  : '(' baseWindow? (PARTITION BY expression (',' expression)*)? orderBy? windowFrame? ')'
  ;

baseWindow: IDENTIFIER | QUOTED_IDENTIFIER | plainKeyword | afterAsKeyword | columnKeyword | joinWord | formKeyword;

windowFrame
  : (ROWS | RANGE | GROUPS) (BETWEEN frameBound AND frameBound | frameBound) (EXCLUDE (CURRENT ROW | GROUP | TIES | NO OTHERS))?
  ;

// UNBOUNDED and CURRENT are read as names here; the builder knows them.
frameBound: expression (PRECEDING | FOLLOWING | ROW);

caseBranch: WHEN when=expression THEN then=expression;

structField: (label | STRING) ':' expression;

mapEntries: mapEntry (',' mapEntry)*;

mapEntry: expression ':' expression;

currentValue
  : (CURRENT_DATE | CURRENT_TIME | CURRENT_TIMESTAMP | LOCALTIME | LOCALTIMESTAMP) typePrecision?
  | (CURRENT_ROLE | CURRENT_USER | SESSION_USER | SYSTEM_USER | USER | CURRENT_CATALOG)
  | CURRENT_SCHEMA ('(' ')')?
  ;

// -------------------------------------------------------------------------------------------------------------------------------------- types

typeName: simpleType arrayBound*;

arrayBound: '[' INTEGER_NUMBER? ']';

simpleType
  : (INTERVAL (intervalQualifier | typePrecision)?
    | (TIME | TIMESTAMP) typePrecision? timeZone?
    | STRUCT '(' structTypeField (',' structTypeField)* ')'
    | MAP '(' typeName ',' typeName ')'
    | NATIONAL typeId VARYING? typePrecision?
    | typeId ('.' label)* (PRECISION | VARYING)? ('(' expression (',' expression)* ')')?
    ) ARRAY?
  ;

structTypeField: label typeName;

typePrecision: '(' INTEGER_NUMBER ')';

timeZone: (WITH_LA | WITHOUT_LA) TIME ZONE;

intervalQualifier: start=(YEAR | MONTH | DAY | HOUR | MINUTE) (TO end=(MONTH | DAY | HOUR | MINUTE | SECOND) typePrecision?)? | SECOND typePrecision?;

// ------------------------------------------------------------------------------------------------------------------------------- data changes

insert
  : INSERT INTO qualifiedName (AS identifier)? insertColumns? overriding? (query | DEFAULT VALUES) onConflict? returning?
  ;

insertColumns: '(' assignmentTarget (',' assignmentTarget)* ')';

overriding: OVERRIDING (SYSTEM | USER) VALUE;

onConflict: ON_LA CONFLICT conflictTarget? DO (NOTHING | UPDATE SET assignments (WHERE expression)?);

conflictTarget: '(' indexKey (',' indexKey)* ')' (WHERE expression)? | ON CONSTRAINT identifier;

returning: RETURNING selectItems;

update: UPDATE relation (AS? identifier)? SET assignments fromClause? (WHERE expression)? returning?;

assignments: assignment (',' assignment)*;

assignment
  : assignmentTarget '=' expression
  | '(' assignmentTarget (',' assignmentTarget)* ')' '=' expression
  ;

assignmentTarget: identifier (accessor)*;

accessor: '.' label | '[' lower=expression? (colon=':' upper=expression?)? ']';

delete: DELETE FROM relation (AS? identifier)? (USING tableReference (',' tableReference)*)? (WHERE expression)? returning?;

merge: MERGE INTO relation (AS? identifier)? USING tablePrimary ON expression mergeWhen+ returning?;

mergeWhen: WHEN (MATCHED | NOT MATCHED (BY (SOURCE | TARGET))?) (AND expression)? THEN mergeAction;

mergeAction
  : UPDATE SET assignments                                                                # mergeUpdate
  | DELETE                                                                                # mergeDelete
  | DO NOTHING                                                                            # mergeDoNothing
  | INSERT insertColumns? overriding? (VALUES valuesRow | DEFAULT VALUES)                 # mergeInsert
  ;

truncated: relation;

// -------------------------------------------------------------------------------------------------------------------------------- definitions

createBody
  : (OR REPLACE)? persistence? TABLE (IF NOT EXISTS)? qualifiedName tableBody             # createTable
  | (OR REPLACE)? EXTERNAL TABLE (IF NOT EXISTS)? qualifiedName tableElements? externalPart*  # createExternalTable
  | (OR REPLACE)? (LOCAL? (TEMP | TEMPORARY))? RECURSIVE? VIEW (IF NOT EXISTS)? qualifiedName columnNames? withOptions? AS query checkOption?  # createView
  | (OR REPLACE)? MATERIALIZED VIEW (IF NOT EXISTS)? qualifiedName columnNames? withOptions? AS query withData?  # createMaterializedView
  | SCHEMA (IF NOT EXISTS)? (qualifiedName (AUTHORIZATION identifier)? | AUTHORIZATION identifier)  # createSchema
  | persistence? SEQUENCE (IF NOT EXISTS)? qualifiedName sequenceOption*                  # createSequence
  | UNIQUE? INDEX CONCURRENTLY? ((IF NOT EXISTS)? indexName=identifier)? ON relation (USING method=identifier)?
      '(' indexKey (',' indexKey)* ')' (INCLUDE columnNames)? (NULLS NOT? DISTINCT)? withOptions? (WHERE expression)?  # createIndex
  ;

persistence: (LOCAL | GLOBAL)? (TEMP | TEMPORARY) | UNLOGGED;

tableBody
  : tableElements (INHERITS '(' qualifiedName (',' qualifiedName)* ')')? withOptions? onCommit?  # tableOfColumns
  | columnNames? withOptions? onCommit? AS (query | EXECUTE identifier ('(' expressions ')')?) withData?  # tableOfQuery
  ;

tableElements: '(' (tableElement (',' tableElement)*)? ')';

tableElement
  : columnDefinition                                                                      # tableColumn
  | (CONSTRAINT identifier)? tableConstraint constraintAttribute*                         # tableConstraintElement
  | LIKE qualifiedName ((INCLUDING | EXCLUDING) label)*                                   # likeTable
  ;

columnDefinition: identifier typeName (COLLATE qualifiedName)? columnConstraint*;

columnConstraint: (CONSTRAINT identifier)? constraintBody constraintAttribute*;

constraintBody
  : NOT NULL                                                                              # notNullConstraint
  | NULL                                                                                  # nullConstraint
  | DEFAULT bound                                                                         # defaultConstraint
  | CHECK '(' expression ')'                                                              # checkConstraint
  | UNIQUE                                                                                # uniqueConstraint
  | PRIMARY KEY                                                                           # primaryKeyConstraint
  | references                                                                            # referencesConstraint
  | GENERATED (ALWAYS | BY DEFAULT) AS (IDENTITY ('(' sequenceOption+ ')')? | '(' expression ')' STORED)  # generatedConstraint
  ;

sequenceOption
  : AS typeName                                                                           # sequenceType
  | NO identifier                                                                         # sequenceWithout
  | identifier BY qualifiedName                                                           # sequenceOwner
  | identifier ((BY | WITH)? signedInteger)?                                              # sequenceNumber
  ;

tableConstraint
  : CHECK '(' expression ')'                                                              # tableCheck
  | UNIQUE columnNames                                                                    # tableUnique
  | PRIMARY KEY columnNames                                                               # tablePrimaryKey
  | FOREIGN KEY columnNames references                                                    # tableForeignKey
  ;

references: REFERENCES qualifiedName columnNames? (MATCH (FULL | PARTIAL | SIMPLE))? referentialTrigger*;

referentialTrigger: ON (DELETE | UPDATE) (NO ACTION | RESTRICT | CASCADE | SET NULL | SET DEFAULT);

constraintAttribute: NOT? DEFERRABLE | INITIALLY (DEFERRED | IMMEDIATE) | NOT VALID | NO INHERIT;

externalPart
  : STORED AS identifier                                                                  # storedAs
  | LOCATION STRING                                                                       # location
  | OPTIONS '(' externalOption (',' externalOption)* ')'                                  # externalOptions
  | PARTITIONED BY '(' aliasColumn (',' aliasColumn)* ')'                                 # partitionedBy
  ;

externalOption: (STRING | label ('.' label)*) '='? optionValue;

withOptions: WITH optionList | WITHOUT identifier;

onCommit: ON COMMIT (PRESERVE ROWS | DELETE ROWS | DROP);

withData: WITH NO? DATA;

checkOption: WITH (CASCADED | LOCAL)? CHECK OPTION;

indexKey: expression indexOperatorClass? (ASC | DESC)? (NULLS_LA (FIRST | LAST))?;

indexOperatorClass: IDENTIFIER ('.' IDENTIFIER)*;

dropBehavior: CASCADE | RESTRICT;

objectKind
  : TABLE | VIEW | MATERIALIZED VIEW | INDEX | SCHEMA | SEQUENCE | TYPE | DOMAIN | FUNCTION | DATABASE | COLUMN | ROLE | CONSTRAINT | FOREIGN TABLE
  ;

alterAction
  : RENAME TO identifier                                                                  # renameTo
  | RENAME CONSTRAINT identifier TO identifier                                            # renameConstraint
  | RENAME COLUMN? identifier TO identifier                                               # renameColumn
  | SET SCHEMA identifier                                                                 # setSchema
  | OWNER TO (identifier | CURRENT_USER | CURRENT_ROLE | SESSION_USER)                    # ownerTo
  | ADD (CONSTRAINT identifier)? tableConstraint constraintAttribute*                     # addConstraint
  | ADD COLUMN? (IF NOT EXISTS)? columnDefinition                                         # addColumn
  | DROP CONSTRAINT (IF EXISTS)? identifier dropBehavior?                                 # dropConstraint
  | DROP COLUMN? (IF EXISTS)? identifier dropBehavior?                                    # dropColumn
  | ALTER COLUMN? identifier (SET DATA)? TYPE typeName (COLLATE qualifiedName)? (USING expression)?  # alterColumnType
  | ALTER COLUMN? identifier (SET DEFAULT expression | DROP DEFAULT)                      # alterColumnDefault
  | ALTER COLUMN? identifier (SET | DROP) NOT NULL                                        # alterColumnNullability
  | ALTER COLUMN? identifier SET STATISTICS '-'? INTEGER_NUMBER                           # alterColumnStatistics
  | ALTER COLUMN? identifier ADD GENERATED (ALWAYS | BY DEFAULT) AS IDENTITY ('(' sequenceOption+ ')')?  # alterColumnAddIdentity
  | ALTER COLUMN? identifier DROP (IDENTITY | identifier) (IF EXISTS)?                    # alterColumnDropGenerated
  | ALTER COLUMN? identifier identitySetting+                                             # alterColumnIdentity
  | identifier CONSTRAINT identifier                                                      # validateConstraint
  | (SET | RESET) optionList                                                              # alterOptions
  | sequenceOption+                                                                       # alterSequence
  ;

identitySetting
  : RESTART (WITH? signedInteger)?
  | SET GENERATED (ALWAYS | BY DEFAULT)
  | SET sequenceOption
  ;

grantBody
  : privileges ON grantTarget TO grantee (',' grantee)* (WITH GRANT OPTION)?              # grantPrivileges
  | identifier (',' identifier)* TO grantee (',' grantee)* (WITH ADMIN OPTION)?           # grantRoles
  ;

revokeBody
  : (GRANT OPTION FOR)? privileges ON grantTarget FROM grantee (',' grantee)* dropBehavior?  # revokePrivileges
  | (ADMIN OPTION FOR)? identifier (',' identifier)* FROM grantee (',' grantee)* dropBehavior?  # revokeRoles
  ;

privileges: ALL PRIVILEGES? columnNames? | privilege (',' privilege)*;

privilege: (SELECT | REFERENCES | CREATE | identifier) columnNames?;

grantTarget
  : TABLE? qualifiedName (',' qualifiedName)*                                             # grantTables
  | (SCHEMA | DATABASE | SEQUENCE | FUNCTION | TYPE | DOMAIN) qualifiedName (',' qualifiedName)*  # grantObjects
  | ALL (TABLES | SEQUENCES) IN SCHEMA qualifiedName (',' qualifiedName)*                 # grantAllInSchema
  ;

grantee: GROUP? (identifier | CURRENT_USER | CURRENT_ROLE | SESSION_USER);

// ------------------------------------------------------------------------------------------------------------------------- queries in statements

copyBody
  : '(' query ')' TO copyEndpoint copyOptions                                             # copyQuery
  | BINARY? qualifiedName columnNames? (TO | FROM) copyEndpoint copyDelimiters? copyOptions (WHERE expression)?  # copyTable
  ;

copyEndpoint: PROGRAM? STRING | STDIN | STDOUT;

copyDelimiters: USING? DELIMITERS STRING;

copyOptions: WITH? (optionList | legacyCopyOption*);

legacyCopyOption
  : (BINARY | FREEZE | CSV | HEADER)                                                      # copyFlag
  | (DELIMITER | NULL | QUOTE | ESCAPE | ENCODING) AS? STRING                             # copyString
  | FORCE (QUOTE | NOT NULL | NULL) ('*' | identifier (',' identifier)*)                  # copyForce
  ;

explainOptions: optionList | explainWord*;

explainWord: ANALYZE | ANALYSE | VERBOSE | IDENTIFIER;

explained
  : dataStatement
  | CREATE createBody
  | REFRESH MATERIALIZED VIEW CONCURRENTLY? qualifiedName withData?
  | EXECUTE identifier ('(' expressions ')')?
  | DECLARE identifier cursorOption* CURSOR ((WITH | WITHOUT) HOLD)? FOR query
  ;

described: query | relationName | STRING;

maintainedTables: maintainedTable (',' maintainedTable)*;

maintainedTable: qualifiedName columnNames?;

optionList: '(' option (',' option)* ')';

option: optionName '='? optionValue?;

optionName: (identifier | ANALYZE | ANALYSE | VERBOSE | FREEZE | FULL | NULL | DEFAULT | BINARY | CHECK) ('.' label)*;

optionValue
  : label                                                                                 # wordValue
  | STRING                                                                                # stringValue
  | ('+' | '-')? (INTEGER_NUMBER | DECIMAL_NUMBER | FLOAT_NUMBER)                         # numberValue
  | '*'                                                                                   # starValue
  | '(' optionValue (',' optionValue)* ')'                                                # listValue
  ;

cursorOption: NO SCROLL | SCROLL | BINARY | INSENSITIVE | identifier;

cursorPosition
  : cursorDirection? (FROM | IN)? identifier
  ;

cursorDirection
  : NEXT | PRIOR | FIRST | LAST
  | (ABSOLUTE | RELATIVE) signedInteger
  | signedInteger
  | ALL
  | (FORWARD | BACKWARD) (signedInteger | ALL)?
  ;

signedInteger: ('+' | '-')? INTEGER_NUMBER;

// ------------------------------------------------------------------------------------------------------------------------------------- session

showBody
  : ALL TABLES?                                                                           # showAll
  | TIME ZONE                                                                             # showTimeZone
  | TRANSACTION ISOLATION LEVEL                                                           # showIsolation
  | SESSION AUTHORIZATION                                                                 # showAuthorization
  | CREATE (TABLE | VIEW) qualifiedName                                                   # showCreate
  | TABLES showFilter                                                                     # showTables
  | settingName showFilter                                                                # showSetting
  ;

showFilter: ((FROM | IN) qualifiedName)? (LIKE STRING)?;

setBody
  : (SESSION | LOCAL)? TIME ZONE timeZoneValue                                            # setTimeZone
  | (SESSION | LOCAL)? NAMES (STRING | DEFAULT)?                                          # setNames
  | (SESSION | LOCAL)? ROLE (identifier | STRING)                                         # setRole
  | (SESSION | LOCAL)? SESSION AUTHORIZATION (identifier | STRING | DEFAULT)              # setAuthorization
  | (SESSION | LOCAL)? SCHEMA STRING                                                      # setSearchPath
  | (SESSION | LOCAL)? TRANSACTION transactionModes                                       # setTransaction
  | (SESSION | LOCAL)? TRANSACTION SNAPSHOT STRING                                        # setSnapshot
  | SESSION CHARACTERISTICS AS TRANSACTION transactionModes                               # setCharacteristics
  | (SESSION | LOCAL)? settingName (TO | '=') (DEFAULT | optionValue (',' optionValue)*)  # setSetting
  ;

timeZoneValue
  : STRING
  | identifier
  | ('+' | '-')? (INTEGER_NUMBER | DECIMAL_NUMBER | FLOAT_NUMBER)
  | INTERVAL typePrecision? STRING intervalQualifier?
  | DEFAULT
  | LOCAL
  ;

resetBody: ALL | TIME ZONE | TRANSACTION ISOLATION LEVEL | SESSION AUTHORIZATION | ROLE | settingName;

settingName: identifier ('.' label)*;

transactionModes: transactionMode (','? transactionMode)*;

transactionMode
  : ISOLATION LEVEL (READ UNCOMMITTED | READ COMMITTED | REPEATABLE READ | SERIALIZABLE)
  | READ ONLY
  | READ WRITE
  | NOT? DEFERRABLE
  ;

work: WORK | TRANSACTION;

chain: AND NO? CHAIN;

lockMode: label label? label?;

// --------------------------------------------------------------------------------------------------------------------------- names and keywords

qualifiedName: identifier ('.' label)*;

// Can name columns and tables.
identifier: IDENTIFIER | QUOTED_IDENTIFIER | freeKeyword | afterAsKeyword | columnKeyword | joinWord | formKeyword | callKeyword | queryKeyword;

// Can name a table of FROM without AS, where a join can begin, too.
bareAlias: IDENTIFIER | QUOTED_IDENTIFIER | freeKeyword | afterAsKeyword | columnKeyword | formKeyword | callKeyword | queryKeyword;

// Can start a column's name or a call within an expression.
expressionName: IDENTIFIER | QUOTED_IDENTIFIER | freeKeyword | afterAsKeyword | columnKeyword | joinWord;

// Can name a function only: LEFT('abc', 1).
functionName: typeFunctionKeyword;

// Can start a type.
typeId: IDENTIFIER | QUOTED_IDENTIFIER | freeKeyword | afterAsKeyword | joinWord | typeFunctionKeyword;

// Can follow a dot or AS: any word.
label
  : IDENTIFIER | QUOTED_IDENTIFIER | freeKeyword | afterAsKeyword | columnKeyword | joinWord | formKeyword | callKeyword | queryKeyword | typeFunctionKeyword | reservedKeyword
  ;

// Can follow an expression as its name without AS.
bareLabel
  : IDENTIFIER | QUOTED_IDENTIFIER | freeKeyword | joinWord
  | INTERVAL | MAP | NATIONAL | NONE | ROW | SETOF | STRUCT | TIME | TIMESTAMP | UESCAPE
  | ALL | ANALYSE | ANALYZE | ANY | ASC | ASYMMETRIC | AUTHORIZATION | BINARY | BOTH | CASE | CAST | CHECK | COLLATION | COLUMN | CONCURRENTLY | CONSTRAINT
  | CROSS | CURRENT_CATALOG | CURRENT_DATE | CURRENT_ROLE | CURRENT_SCHEMA | CURRENT_TIME | CURRENT_TIMESTAMP | CURRENT_USER | DEFAULT | DEFERRABLE | DESC
  | DISTINCT | DO | ELSE | END | FALSE | FOREIGN | FREEZE | FULL | INITIALLY | INNER | JOIN | LATERAL | LEADING | LEFT | LOCALTIME | LOCALTIMESTAMP | NATURAL
  | NOT | NULL | ONLY | OUTER | PLACING | PRIMARY | RECURSIVE | REFERENCES | RIGHT | SELECT | SESSION_USER | SOME | SYMMETRIC | TABLE | TABLESAMPLE | THEN | TRAILING | TRUE
  | SYSTEM_USER | UNIQUE | USER | USING | VALUES | VARIADIC | VERBOSE | WHEN
  ;

freeKeyword: plainKeyword | GROUPS | PARTITION | RANGE | ROWS;

plainKeyword
  : ABORT | ABSOLUTE | ACCESS | ACTION | ADD | ADMIN | ALTER | ALWAYS | BACKWARD | BEGIN | BREADTH | BY | CASCADE | CASCADED | CATALOG | CHAIN
  | CHARACTERISTICS | CHECKPOINT | CLOSE | COMMENT | COMMIT | COMMITTED | CONFLICT | CONTINUE | COPY | CSV | CURRENT | CURSOR | CYCLE | DATA
  | DATABASE | DEALLOCATE | DECLARE | DEFERRED | DELETE | DELIMITER | DELIMITERS | DEPTH | DESCRIBE | DISCARD | DOMAIN | DROP | ENCODING
  | EXCLUDING | EXCLUSIVE | EXECUTE | EXPLAIN | EXTERNAL | FIRST | FOLLOWING | FORCE | FORWARD | FUNCTION | GENERATED | GLOBAL | GRANTED
  | HEADER | HOLD | IDENTITY | IF | IMMEDIATE | INCLUDE | INCLUDING | INDEX | INHERIT | INHERITS | INSENSITIVE | INSERT | ISOLATION | KEY | LAST
  | LEVEL | LISTEN | LOCAL | LOCATION | LOCK | LOCKED | MATCH | MATCHED | MATERIALIZED | MERGE | MODE | MOVE | NAME | NAMES | NEXT | NO | NOTHING
  | NOTIFY | NOWAIT | NULLS | OF | OPTION | OPTIONS | ORDINALITY | OTHERS | OVERRIDING | OWNER | PARTIAL | PARTITIONED | PLANS
  | PRECEDING | PREPARE | PRESERVE | PRIOR | PRIVILEGES | PROGRAM | QUOTE | READ | REFRESH | RELATIVE | RELEASE | RENAME
  | REPEATABLE | RESET | RESTART | RESTRICT | REVOKE | ROLE | ROLLBACK | SAVEPOINT | SCHEMA | SCROLL | SEARCH | SEQUENCE | SEQUENCES
  | SERIALIZABLE | SESSION | SET | SETS | SHARE | SHOW | SIMPLE | SKIP_ | SNAPSHOT | SOURCE | START | STATISTICS | STDIN | STDOUT | STORED
  | SUMMARIZE | SYSTEM | TABLES | TARGET | TEMP | TEMPORARY | TIES | TRANSACTION | TRUNCATE | TYPE | UNBOUNDED | UNCOMMITTED | UNKNOWN | UNLISTEN
  | UNLOGGED | UPDATE | VACUUM | VALID | VALUE | VIEW | WORK | WRITE | ZONE
  ;

afterAsKeyword
  : AT | DAY | ESCAPE | EXCLUDE | FILTER | HOUR | IGNORE | MINUTE | MONTH | OVER | REPLACE | RESPECT | SECOND | UESCAPE | VARYING | WITHIN | WITHOUT
  | YEAR
  ;

columnKeyword: MAP | NONE | PRECISION | STRUCT;

formKeyword: BETWEEN | EXISTS | INTERVAL | NATIONAL | ROW | SETOF | TIME | TIMESTAMP;

// Begins a query where one can stand, and names anything else (SqlTokenStream).
queryKeyword: VALUES;

// Words of the language only before a parenthesis (SqlTokenStream), and there names of tables whose columns follow.
callKeyword: EXTRACT | GROUPING | OPERATOR | OVERLAY | POSITION | SUBSTRING | TREAT | TRIM | TRY_CAST | xmlKeyword;

xmlKeyword: XMLCONCAT | XMLELEMENT | XMLEXISTS | XMLFOREST | XMLPARSE | XMLPI | XMLROOT | XMLSERIALIZE | XMLTABLE;

// DuckDB's joins.
joinWord: ANTI | ASOF | SEMI;

typeFunctionKeyword
  : AUTHORIZATION | BINARY | COLLATION | CONCURRENTLY | CROSS | FREEZE | FULL | ILIKE | INNER | IS | ISNULL | JOIN
  | LEFT | LIKE | NATURAL | NOTNULL | OUTER | OVERLAPS | RIGHT | SIMILAR | SIMILAR_LA | TABLESAMPLE | VERBOSE
  ;

reservedKeyword
  : ALL | ANALYSE | ANALYZE | AND | ANY | ARRAY | AS | ASC | ASYMMETRIC | BOTH | CASE | CAST | CHECK | COLLATE | COLUMN | CONSTRAINT | CREATE
  | CURRENT_CATALOG | CURRENT_DATE | CURRENT_ROLE | CURRENT_SCHEMA | CURRENT_TIME | CURRENT_TIMESTAMP | CURRENT_USER | DEFAULT | DEFERRABLE | DESC | DISTINCT | DO
  | ELSE | END | EXCEPT | FALSE | FETCH | FOR | FOREIGN | FROM | GRANT | GROUP | HAVING | IN | INITIALLY | INTERSECT | INTO | LATERAL | LEADING
  | LIMIT | LOCALTIME | LOCALTIMESTAMP | NOT | NULL | OFFSET | ON | ONLY | OR | ORDER | PLACING | PRIMARY | QUALIFY | REFERENCES | RETURNING
  | SELECT | SESSION_USER | SOME | SYMMETRIC | SYSTEM_USER | TABLE | THEN | TO | TRAILING | TRUE | UNION | UNIQUE | USER | USING | VARIADIC | WHEN
  | WHERE | WINDOW | WITH
  ;
