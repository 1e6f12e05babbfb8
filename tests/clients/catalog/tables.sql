-- Tables that every client looks at, here and in PostgreSQL.
CREATE SCHEMA shop;
CREATE TABLE shop.department (
  id integer PRIMARY KEY,
  name varchar(20) NOT NULL UNIQUE,
  budget numeric(12,2) DEFAULT 0,
  code char(4),
  CHECK (id > 0)
);
CREATE TABLE shop.employee (
  id bigint,
  department_id integer REFERENCES shop.department (id) ON DELETE CASCADE,
  "Full Name" text NOT NULL,
  salary double precision,
  grade smallint DEFAULT 1,
  share real,
  active boolean DEFAULT true,
  hired date,
  seen timestamp without time zone,
  changed timestamp with time zone,
  lunch time without time zone,
  leave interval,
  badge uuid,
  photo bytea,
  settings jsonb,
  tags text[],
  scores integer[],
  CONSTRAINT employee_pk PRIMARY KEY (id),
  CONSTRAINT employee_badge UNIQUE (badge, hired)
);
CREATE INDEX employee_name ON shop.employee ("Full Name" DESC, hired);
CREATE VIEW shop.rich AS SELECT id, "Full Name" FROM shop.employee WHERE salary > 100;
COMMENT ON TABLE shop.department IS 'Where people work';
COMMENT ON COLUMN shop.department.name IS 'As on the door';
