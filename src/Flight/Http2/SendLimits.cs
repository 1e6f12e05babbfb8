using System.Buffers.Binary;

namespace SqlCluster.Flight.Http2;

/// <summary>What the server allows its client to send: frame size, and windows of the connection and the current stream (RFC 9113, 5.2 and 6.5).</summary>
internal sealed class SendLimits
{
    private const int LargestFrame = 1 << 20;   // more is of no use to us
    private int _initialWindow = 65535;
    private long _connectionWindow = 65535;
    private long _streamWindow;

    public int FrameBytes { get; private set; } = 16384;

    /// <summary>Size of the server's table of header fields.</summary>
    public uint HeaderTableBytes { get; private set; } = 4096;

    /// <summary>DATA bytes that may be sent now in one frame.</summary>
    public int Available => (int)Math.Clamp(Math.Min(_connectionWindow, _streamWindow), 0, FrameBytes);

    public void BeginStream() => _streamWindow = _initialWindow;

    public void Sent(int count)
    {
        _connectionWindow -= count;
        _streamWindow -= count;
    }

    /// <summary>Takes in a SETTINGS frame's payload.</summary>
    public void Apply(ReadOnlySpan<byte> settings)
    {
        for (; !settings.IsEmpty; settings = settings[6..])
        {
            uint value = BinaryPrimitives.ReadUInt32BigEndian(settings[2..]);
            switch ((SettingId)BinaryPrimitives.ReadUInt16BigEndian(settings))
            {
                case SettingId.HeaderTableSize:
                    HeaderTableBytes = value;
                    break;
                case SettingId.EnablePush when value != 0:
                    throw Http2Errors.BadFrame(FrameType.Settings, "a server cannot enable push");
                case SettingId.InitialWindowSize:
                    if (value > int.MaxValue || _streamWindow + value - _initialWindow > int.MaxValue)
                    {
                        throw Http2Errors.BadWindow("settings");
                    }

                    _streamWindow += (int)value - (long)_initialWindow;
                    _initialWindow = (int)value;
                    break;
                case SettingId.MaxFrameSize:
                    FrameBytes = value is >= 16384 and <= 16777215 ? (int)Math.Min(value, LargestFrame) : throw Http2Errors.BadFrame(FrameType.Settings, $"frame size {value}");
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Takes in a WINDOW_UPDATE; one of a stream that has ended says nothing.</summary>
    public void Extend(uint stream, uint currentStream, uint increment)
    {
        if (increment == 0)
        {
            throw Http2Errors.BadFrame(FrameType.WindowUpdate, "increment 0");
        }

        _connectionWindow += stream == 0 ? increment : 0;
        _streamWindow += stream == currentStream && stream != 0 ? increment : 0;
        if (_connectionWindow > int.MaxValue || _streamWindow > int.MaxValue)
        {
            throw Http2Errors.BadWindow(stream == 0 ? "connection" : "stream");
        }
    }
}
