using Hotline.Data.Web;

namespace Hotline.Handlers.Pages;

/// <summary>What is wrong with one field, in the words of this role.</summary>
public sealed class FieldError : FieldErrorIn<Texts>;
