namespace Microsoft.SqlServer.Server;

/// <summary>Storage format of a CLR user-defined type.</summary>
public enum Format
{
    Unknown = 0,
    Native = 1,
    UserDefined = 2,
}

/// <summary>Lets a CLR user-defined type write and read itself.</summary>
public interface IBinarySerialize
{
    void Read(BinaryReader r);
    void Write(BinaryWriter w);
}

/// <summary>Marks a CLR user-defined type.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = false, Inherited = false)]
public sealed class SqlUserDefinedTypeAttribute(Format format) : Attribute
{
    public Format Format { get; } = format;
    public int MaxByteSize { get; set; }
    public bool IsFixedLength { get; set; }
    public bool IsByteOrdered { get; set; }
    public string? ValidationMethodName { get; set; }
    public string? Name { get; set; }
}

/// <summary>Thrown for a type that is not a valid CLR user-defined type.</summary>
public sealed class InvalidUdtException : SystemException
{
    public InvalidUdtException() { }
    public InvalidUdtException(string message) : base(message) { }
    public InvalidUdtException(string message, Exception innerException) : base(message, innerException) { }

    public static InvalidUdtException Create(Type udtType, string resourceReason) =>
        new($"'{udtType.FullName}' is not a valid user-defined type: {resourceReason}");
}
