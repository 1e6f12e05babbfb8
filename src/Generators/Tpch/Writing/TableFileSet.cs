using SqlCluster.Execution.Storage;
using SqlCluster.Generators.Tpch.Schema;
using SqlCluster.Generators.Tpch.Tables;

namespace SqlCluster.Generators.Tpch.Writing;

/// <summary>Fills several table files at once with several threads.</summary>
/// <remarks>
/// Threads take pieces in one global order, so the first piece that a file still waits for is always in some thread's hands, and waiting for
/// one's turn to append cannot deadlock. A failure in one thread ends the others at their next piece.
/// </remarks>
internal sealed class TableFileSet
{
    private readonly TpchScale _scale;
    private readonly Lane[] _lanes;
    private readonly IProgress<TpchProgress>? _progress;
    private readonly long _totalWeight;
    private readonly Lock _takeGate = new();
    private int _lane;
    private long _nextUnit;
    private long _doneWeight;

    /// <param name="files">Files to fill, the largest first.</param>
    public TableFileSet(TpchScale scale, IReadOnlyList<TableFile> files, IProgress<TpchProgress>? progress)
    {
        _scale = scale;
        _progress = progress;
        _lanes = [.. files.Select(file => new Lane(file, file.Table.UnitCount(scale)))];
        _totalWeight = _lanes.Sum(static lane => lane.Weight(lane.UnitCount));
    }

    public async Task FillAsync(int threadCount, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] workers = [.. Enumerable.Range(0, threadCount).Select(
            _ => Task.Factory.StartNew(() => Work(stop), stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.WhenAll(workers).ConfigureAwait(false);
    }

    private void Work(CancellationTokenSource stop)
    {
        Lane? lane = null;
        PieceEncoder? encoder = null;
        try
        {
            while (TryTake(out Piece piece))
            {
                stop.Token.ThrowIfCancellationRequested();
                if (piece.Lane != lane)
                {
                    lane = piece.Lane;
                    encoder?.Dispose();
                    encoder = lane.File.CreateEncoder();
                }
                long rowCount = encoder!.Encode(TableGenerator.Create(lane.File.Table, _scale, piece.FirstUnit), piece.UnitCount);
                lane.AppendInTurn(piece, encoder, rowCount, stop.Token);
                Report(piece);
            }
        }
        catch
        {
            stop.Cancel();
            foreach (Lane waiting in _lanes)
                waiting.Wake();
            throw;
        }
        finally
        {
            encoder?.Dispose();
        }
    }

    private bool TryTake(out Piece piece)
    {
        lock (_takeGate)
        {
            while (_lane < _lanes.Length)
            {
                Lane lane = _lanes[_lane];
                if (_nextUnit < lane.UnitCount)
                {
                    int count = (int)Math.Min(lane.File.UnitsPerPiece, lane.UnitCount - _nextUnit);
                    piece = new Piece(lane, _nextUnit, count);
                    _nextUnit += count;
                    return true;
                }
                _lane++;
                _nextUnit = 0;
            }
        }
        piece = default;
        return false;
    }

    private void Report(Piece piece)
    {
        long done = Interlocked.Add(ref _doneWeight, piece.Lane.Weight(piece.UnitCount));
        _progress?.Report(new TpchProgress(piece.Lane.File.Table, piece.Lane.RowCount, (double)done / _totalWeight));
    }

    private readonly record struct Piece(Lane Lane, long FirstUnit, int UnitCount);

    /// <summary>One file, and whose turn it is to append to it.</summary>
    private sealed class Lane(TableFile file, long unitCount)
    {
        private readonly object _gate = new();
        private long _appendedUnits;

        public TableFile File => file;

        public long UnitCount => unitCount;

        public long RowCount { get; private set; }

        /// <summary>Estimates rows, for the progress report.</summary>
        public long Weight(long units) => units * file.Table.AverageRowsPerUnit;

        public void AppendInTurn(Piece piece, PieceEncoder encoder, long rowCount, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                while (_appendedUnits != piece.FirstUnit)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Monitor.Wait(_gate);
                }
                try
                {
                    file.Append(encoder);
                }
                catch (Exception error) when (FileWriteErrors.IsOne(error) && file.Path.Length > 0)
                {
                    throw FileWriteErrors.CannotWrite(file.Path, error);
                }

                _appendedUnits += piece.UnitCount;
                RowCount += rowCount;
                Monitor.PulseAll(_gate);
            }
        }

        public void Wake()
        {
            lock (_gate)
                Monitor.PulseAll(_gate);
        }
    }
}
