using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hotline.Tests.Faults;

/// <summary>
/// The network between the processes and one server: every connection goes through here, where it can be cut, slowed down, or lose what one side
/// says while the other goes on, which no server can be asked to do to itself.
/// </summary>
internal sealed class Wire : IAsyncDisposable
{
    private readonly int _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, byte> _open = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;
    private volatile bool _losesAnswers;
    private volatile bool _losesCalls;
    private volatile int _delay;

    public Wire(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Ends every connection at once; new ones are let in.</summary>
    public void Cut()
    {
        foreach (var socket in _open.Keys) socket.Dispose();
    }

    /// <summary>The server does what it is told, and nobody hears its answers; then the connections end.</summary>
    public async Task LoseAnswersAsync(TimeSpan time)
    {
        _losesAnswers = true;
        await Task.Delay(time);
        Cut();
        _losesAnswers = false;
    }

    /// <summary>The server hears nothing, acknowledgements neither, and goes on talking; then the connections end.</summary>
    public async Task LoseCallsAsync(TimeSpan time)
    {
        _losesCalls = true;
        await Task.Delay(time);
        Cut();
        _losesCalls = false;
    }

    /// <summary>Every piece of an answer arrives that much later.</summary>
    public async Task DelayAsync(TimeSpan by, TimeSpan time)
    {
        _delay = (int)by.TotalMilliseconds;
        await Task.Delay(time);
        _delay = 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await _listener.AcceptSocketAsync(_end.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the wire.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        _open[client] = 0;
        _open[server] = 0;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAny(
                PumpAsync(client, server, () => _losesCalls, () => 0),
                PumpAsync(server, client, () => _losesAnswers, () => _delay));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The server is away, or the wire was cut: the client sees its connection end, as it would.
        }
        finally
        {
            _open.TryRemove(client, out _);
            _open.TryRemove(server, out _);
            client.Dispose();
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, Func<bool> loses, Func<int> delay)
    {
        var piece = new byte[65_536];
        try
        {
            while (await from.ReceiveAsync(piece) is var length and > 0)
            {
                if (loses()) continue;
                if (delay() is var wait and > 0) await Task.Delay(wait);
                for (var sent = 0; sent < length;) sent += await to.SendAsync(piece.AsMemory(sent, length - sent));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Either side is gone.
        }
    }
}
