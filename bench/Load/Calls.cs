namespace Hotline.Load;

internal static class Calls
{
    public static Task<int> RunAsync(string[] args) => Task.FromResult(args.Length);
}
