using System.Data.Common;
using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Hotline.Data;

/// <summary>The database was written by a later version of this program.</summary>
public sealed class NewerSchemaException(int found, int known)
    : Exception($"The database is at schema version {found}; this program knows up to {known}. Run the version that migrated it, or a later one.");

/// <summary>The database is behind this program, and the process may not migrate it.</summary>
public sealed class OlderSchemaException(int found, int known)
    : Exception($"The database is at schema version {found}; this program needs {known}. Run 'hotline migrate' first.");

/// <summary>
/// Brings a database to this version: numbered scripts, forward only, one folder per engine with the same names, each in one
/// transaction under a lock, so any number of processes may start at once.
/// </summary>
public static class Migrations
{
    /// <summary>Seconds that a script, or waiting for another process that migrates, may take.</summary>
    private const int Patience = 600;

    public sealed record Script(int Version, string Name, string Sql);

    public static IReadOnlyList<Script> For(Dialect dialect)
    {
        var assembly = typeof(Migrations).Assembly;
        var prefix = $"Hotline.Data.Migrations.{dialect.Name}.";
        return [.. assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(n => Read(assembly, n, Path.GetFileNameWithoutExtension(n[prefix.Length..])))];
    }

    /// <returns>The scripts that were applied; empty when the database was up to date.</returns>
    public static async Task<IReadOnlyList<Script>> ApplyAsync(Database database, CancellationToken ct)
    {
        var scripts = For(database.Dialect);
        var known = scripts.Max(s => s.Version);
        var applied = new List<Script>();
        await using var connection = await database.OpenAsync(ct);
        while (true)
        {
            await using var transaction = database.Dialect.SingleWriter
                ? ((SqliteConnection)connection).BeginTransaction(deferred: false)
                : await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync(database.Dialect.LockMigrations, transaction: transaction, commandTimeout: Patience);
            await connection.ExecuteAsync(database.Dialect.CreateSchemaVersion, transaction: transaction);
            var version = await VersionAsync(connection, transaction);
            if (version > known) throw new NewerSchemaException(version, known);

            var next = scripts.FirstOrDefault(s => s.Version > version);
            if (next is not null)
            {
                await connection.ExecuteAsync(next.Sql, transaction: transaction, commandTimeout: Patience);
                await connection.ExecuteAsync(
                    "insert into schema_version (version, name, applied_at) values (@Version, @Name, @At)",
                    new { next.Version, next.Name, At = database.Clock.Now }, transaction);
                applied.Add(next);
            }
            await transaction.CommitAsync(ct);
            if (next is null) return applied;
        }
    }

    /// <summary>For a process that may not migrate: throws where the database is not exactly at this version.</summary>
    public static async Task CheckAsync(Database database, CancellationToken ct)
    {
        var known = For(database.Dialect).Max(s => s.Version);
        await using var connection = await database.OpenAsync(ct);
        var version = await VersionAsync(connection, null);
        if (version > known) throw new NewerSchemaException(version, known);
        if (version < known) throw new OlderSchemaException(version, known);
    }

    private static async Task<int> VersionAsync(DbConnection connection, DbTransaction? transaction) =>
        await connection.ExecuteScalarAsync<int?>("select max(version) from schema_version", transaction: transaction) ?? 0;

    private static Script Read(Assembly assembly, string resource, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return new Script(int.Parse(name.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture), name, reader.ReadToEnd());
    }
}
