using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Hotline.Load;

/// <summary>
/// One kept-alive HTTP/1.1 connection that sends requests made beforehand and reads answers into one buffer. HttpClient costs several times
/// as much, and the generator shares its processors with what it measures.
/// </summary>
internal sealed class Connection(Uri url) : IDisposable
{
    private byte[] _buffer = new byte[16 * 1024];
    private Socket? _socket;
    private int _filled, _bodyStart, _bodyLength;

    /// <summary>Of the last answer; valid until the next request.</summary>
    public ReadOnlySpan<byte> Body => _buffer.AsSpan(_bodyStart, _bodyLength);

    public static byte[] Request(string method, string path, Uri url, string key, ReadOnlySpan<byte> json = default)
    {
        var head = $"{method} {path} HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer {key}\r\n{(method == "POST" ? $"Content-Type: application/json\r\nContent-Length: {json.Length}\r\n" : "")}\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. json];
    }

    /// <returns>The status of the answer.</returns>
    /// <exception cref="IOException">The connection broke; the next request makes a new one.</exception>
    /// <exception cref="SocketException">As above.</exception>
    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        try
        {
            if (_socket is null)
            {
                _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await _socket.ConnectAsync(url.Host, url.Port, ct);
            }
            for (var sent = 0; sent < request.Length;) sent += await _socket.SendAsync(request[sent..], SocketFlags.None, ct);
            _filled = 0;
            int head;
            while ((head = _buffer.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8)) < 0) await ReceiveAsync(ct);
            head += 4;
            var (status, length, close) = ReadHead(_buffer.AsSpan(0, head));
            if (length is { } known)
            {
                while (_filled < head + known) await ReceiveAsync(ct);
                (_bodyStart, _bodyLength) = (head, known);
            }
            else
            {
                while (!TryJoinChunks(head)) await ReceiveAsync(ct);
            }
            if (close) Dispose();
            return status;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The text after <paramref name="before"/> up to the next quotation mark; null where there is none.</summary>
    public string? Find(ReadOnlySpan<byte> before)
    {
        var at = Body.IndexOf(before);
        if (at < 0) return null;
        var rest = Body[(at + before.Length)..];
        return Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)'"')]);
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private async ValueTask ReceiveAsync(CancellationToken ct)
    {
        if (_filled == _buffer.Length) Array.Resize(ref _buffer, 2 * _buffer.Length);
        var received = await _socket!.ReceiveAsync(_buffer.AsMemory(_filled), SocketFlags.None, ct);
        if (received == 0) throw new IOException("The service closed the connection.");
        _filled += received;
    }

    /// <returns>Length null for chunks.</returns>
    private static (int Status, int? Length, bool Close) ReadHead(ReadOnlySpan<byte> head)
    {
        int? length = 0;
        if (head.IndexOf("\r\nTransfer-Encoding: chunked"u8) >= 0) length = null;
        else if (head.IndexOf("\r\nContent-Length: "u8) is var at and >= 0)
        {
            var digits = head[(at + "\r\nContent-Length: ".Length)..];
            length = int.Parse(digits[..digits.IndexOf((byte)'\r')], NumberStyles.None, CultureInfo.InvariantCulture);
        }
        return (int.Parse(head.Slice("HTTP/1.1 ".Length, 3), NumberStyles.None, CultureInfo.InvariantCulture), length, head.IndexOf("\r\nConnection: close"u8) >= 0);
    }

    /// <summary>Moves the contents of the chunks together, once the last one is there; JSON holds no line break that could look like its end.</summary>
    private bool TryJoinChunks(int start)
    {
        if (!_buffer.AsSpan(start, _filled - start).EndsWith("0\r\n\r\n"u8)) return false;
        var (from, to) = (start, start);
        while (true)
        {
            var rest = _buffer.AsSpan(from, _filled - from);
            var line = rest.IndexOf("\r\n"u8);
            var size = int.Parse(rest[..line], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (size == 0) break;
            rest.Slice(line + 2, size).CopyTo(_buffer.AsSpan(to));
            (from, to) = (from + line + 2 + size + 2, to + size);
        }
        (_bodyStart, _bodyLength) = (start, to - start);
        return true;
    }
}
