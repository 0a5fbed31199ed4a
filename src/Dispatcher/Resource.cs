namespace Hotline.Dispatcher;

/// <summary>Text files that are part of the program.</summary>
internal static class Resource
{
    public static string Text(string name)
    {
        using var reader = new StreamReader(typeof(Resource).Assembly.GetManifestResourceStream($"Hotline.Dispatcher.{name}")
            ?? throw new InvalidOperationException($"{name} is not embedded."));
        return reader.ReadToEnd();
    }
}
