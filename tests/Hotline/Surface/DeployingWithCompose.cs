using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Hotline.Tests.Surface;

/// <summary>The compose files of <c>deploy/</c>, read by compose itself; nothing is started. <c>HOTLINE_TEST_COMPOSE</c>, or <c>/usr/bin/docker-compose</c>.</summary>
public sealed class DeployingWithCompose : IDisposable
{
    private static readonly string[] Roles = ["intake", "dispatcher", "handlers", "reporting"];

    private static readonly string Compose = Environment.GetEnvironmentVariable("HOTLINE_TEST_COMPOSE") is { Length: > 0 } given ? given : "/usr/bin/docker-compose";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hotline-compose-");

    public DeployingWithCompose()
    {
        var deploy = Deploy();
        foreach (var file in deploy.EnumerateFiles("*.yaml"))
        {
            // The compose of Debian 12 is older than the name of a project, which the command line may give as well.
            File.WriteAllLines(Path.Combine(_folder.FullName, file.Name), File.ReadLines(file.FullName).Where(line => !line.StartsWith("name:", StringComparison.Ordinal)));
        }
        File.Copy(Path.Combine(deploy.FullName, "hotline.env.example"), Path.Combine(_folder.FullName, ".env"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("compose.yaml")]
    [InlineData("compose.yaml", "compose.sqlserver.yaml")]
    [InlineData("compose.cluster.yaml")]
    [InlineData("compose.cluster.yaml", "compose.sqlserver.yaml")]
    public async Task Every_choice_of_files_is_accepted(params string[] files)
    {
        var (status, config, error) = await ConfigAsync(files);

        Assert.True(status == 0, error);
        Assert.All(Roles, role => Assert.Contains($"\n  {role}:\n", config, StringComparison.Ordinal));
        Assert.Equal(files.Contains("compose.sqlserver.yaml"), config.Contains("mssql", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_cluster_has_three_brokers_and_two_of_each_role()
    {
        var (_, config, _) = await ConfigAsync("compose.cluster.yaml");

        Assert.Equal(["broker-1", "broker-2", "broker-3"], Regex.Matches(config, "(?m)^    hostname: (.*)$").Select(m => m.Groups[1].Value));
        Assert.All(Roles, role => Assert.Matches($"\n  {role}:\n(    .*\n)*      replicas: 2\n", config));
    }

    [Fact]
    public async Task A_password_that_is_not_given_is_asked_for_and_nothing_else_stands_in_for_it()
    {
        var settings = Path.Combine(_folder.FullName, ".env");
        await File.WriteAllLinesAsync(settings, File.ReadLines(settings).Where(line => !line.StartsWith("POSTGRES_PASSWORD", StringComparison.Ordinal)).ToArray());

        var (status, _, error) = await ConfigAsync("compose.yaml");

        Assert.NotEqual(0, status);
        Assert.Contains("hotline.env.example", error, StringComparison.Ordinal);
    }

    private static DirectoryInfo Deploy()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "deploy", "compose.yaml"))) return new DirectoryInfo(Path.Combine(folder.FullName, "deploy"));
        }
        throw new InvalidOperationException("There is no deploy/compose.yaml above the program: run it from the repository.");
    }

    private async Task<(int Status, string Config, string Error)> ConfigAsync(params string[] files)
    {
        Assert.SkipUnless(File.Exists(Compose), $"There is no {Compose}; HOTLINE_TEST_COMPOSE may name another.");
        var start = new ProcessStartInfo(Compose, [.. files.SelectMany(f => (string[])["-f", f]), "config"])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (config, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await config, await error);
    }
}
