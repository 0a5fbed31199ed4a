using System.CommandLine;
using Hotline.App.Cli;

var root = new RootCommand("12345 hotline: files citizens' complaints, dispatches them with reasons, follows them to the reply, counts the day.\n\nSettings come from appsettings.json, from the environment (HOTLINE__Database__Engine=postgresql), or stand after any command (--Database:Engine=postgresql).")
{
    ServeCommand.Create(),
    InitCommand.Create(),
    MigrateCommand.Create(),
    FileCommand.Create(),
    ReportCommand.Create(),
    RecountCommand.Create(),
    ResolveCommand.Create(),
    SimulateCommand.Create(),
    CategoriesCommand.Create(),
    KeysCommand.Create(),
    AccountsCommand.Create(),
    ErrorsCommand.Create(),
};
return await CommandLine.RunAsync(root, args);
