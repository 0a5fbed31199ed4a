using System.Buffers;
using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hotline.Data.Web;

/// <summary>FluentValidation before a handler runs, and the rules that every free text keeps to.</summary>
public static class Validation
{
    /// <summary>Answers 400 with field errors, before the handler runs, where the body does not pass the validator.</summary>
    public static RouteHandlerBuilder Validates<TBody, TValidator>(this RouteHandlerBuilder endpoint)
        where TValidator : AbstractValidator<TBody>, new()
    {
        var validator = new TValidator();
        return endpoint.AddEndpointFilter(async (context, next) =>
        {
            var body = context.Arguments.OfType<TBody>().FirstOrDefault();
            if (body is null) return Problems.Invalid("body", "A JSON body is needed.");
            var errors = validator.Errors(body);
            return errors is null ? await next(context) : Problems.Invalid(errors);
        });
    }

    /// <returns>Messages by JSON field name (<c>caller.phone</c>), or null where the body is valid.</returns>
    public static Dictionary<string, string[]>? Errors<T>(this IValidator<T> validator, T body)
    {
        var result = validator.Validate(body);
        return result.IsValid ? null : result.Errors
            .GroupBy(e => string.Join('.', e.PropertyName.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName)))
            .ToDictionary(g => g.Key, g => g.Select(e => e.ErrorMessage).Distinct().ToArray());
    }

    /// <summary>At most so many characters, and none that cannot be seen (line breaks and tabs are fine).</summary>
    public static IRuleBuilderOptions<T, string?> Text<T>(this IRuleBuilder<T, string?> rule, int most) => rule
        .MaximumLength(most)
        .Must(t => t is null || IsVisible(t))
        .WithMessage("'{PropertyName}' must not contain control characters.")
        .Must(t => t is null || IsWellFormed(t))
        .WithMessage("'{PropertyName}' must be well-formed Unicode.");

    /// <summary>One of the names that the type has.</summary>
    public static IRuleBuilderOptions<T, TEnum> Known<T, TEnum>(this IRuleBuilder<T, TEnum> rule) where TEnum : struct, Enum => rule
        .Must(Enum.IsDefined)
        .WithMessage(NotKnown);

    /// <inheritdoc cref="Known{T, TEnum}(IRuleBuilder{T, TEnum})"/>
    public static IRuleBuilderOptions<T, TEnum?> Known<T, TEnum>(this IRuleBuilder<T, TEnum?> rule) where TEnum : struct, Enum => rule
        .Must(v => v is not { } value || Enum.IsDefined(value))
        .WithMessage(NotKnown);

    private const string NotKnown = "'{PropertyName}' has a range of values which does not include '{PropertyValue}'.";

    private static readonly SearchValues<char> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0xa0).Select(i => (char)i).Where(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))]);

    public static bool IsVisible(string text) => !text.AsSpan().ContainsAny(Controls);

    public static bool IsWellFormed(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff'); i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }
        return true;
    }
}
