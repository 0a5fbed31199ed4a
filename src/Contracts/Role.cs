namespace Hotline.Contracts;

/// <summary>The four parts of the service; a process runs one or several of them.</summary>
public enum Role
{
    Intake,
    Dispatcher,
    Handlers,
    Reporting,
}

/// <summary>
/// Names the roles that hear a message. One delivery is kept per role until that role has done its work
/// (docs/adr/0003).
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ToAttribute(params Role[] roles) : Attribute
{
    public IReadOnlyList<Role> Roles { get; } = roles;
}

/// <summary>What goes over the bus: always about one ticket, never with a citizen's name or phone in it.</summary>
public interface IMessage
{
    /// <summary>Ticket number, for example <c>20200207-000123</c>.</summary>
    string Ticket { get; }
}
