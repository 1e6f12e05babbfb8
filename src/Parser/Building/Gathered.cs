namespace SqlCluster.Parser.Building;

/// <summary>Gathers what the parts of a list were reduced to while the list is read, so that no parse tree of them is kept.</summary>
internal struct Gathered<T>
    where T : class
{
    private T? _first;
    private List<T>? _all;

    public int Count { get; private set; }

    /// <summary>Is how deep the deepest part is.</summary>
    public int Deepest { get; private set; }

    public readonly T First => _first!;

    public void Add(T part, int depth)
    {
        Deepest = Math.Max(Deepest, depth);
        Count++;
        if (_all is not null)
            _all.Add(part);
        else if (_first is null)
            _first = part;
        else
            _all = [_first, part];
    }

    public readonly NodeList<T> ToList() => _all is not null ? NodeList.From(_all) : _first is null ? [] : [_first];
}
