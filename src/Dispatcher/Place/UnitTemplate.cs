namespace Hotline.Dispatcher.Place;

/// <summary>
/// A department of the template. <paramref name="Slug"/> is the part of the unit's code after "320613-". <paramref name="District"/> names it in an urban district
/// where that differs from <paramref name="Name"/>; {0} is the division, {1} its city, {2} the division without its last word.
/// </summary>
public sealed record Department(string Slug, string NameEn, string Name, string? District = null);

/// <summary>
/// The departments (职能部门) that a city's or a district's hotline dispatches to, as the government bodies are called since the reform of 2018. Police,
/// ecology and planning are branches of the city's bodies in an urban district. A hotline renames, adds and removes at will afterwards.
/// </summary>
public static class UnitTemplate
{
    public static IReadOnlyList<Department> Departments { get; } =
    [
        new("health", "Health Commission", "{0}卫生健康委员会"),
        new("market", "Market Regulation Bureau", "{0}市场监督管理局"),
        new("police", "Public Security Bureau", "{0}公安局", "{1}公安局{2}分局"),
        new("urban", "Urban Management Bureau", "{0}城市管理局"),
        new("labour", "Human Resources and Social Security Bureau", "{0}人力资源和社会保障局"),
        new("housing", "Housing and Urban-Rural Development Bureau", "{0}住房和城乡建设局"),
        new("ecology", "Ecology and Environment Bureau", "{0}生态环境局", "{1}生态环境局{2}分局"),
        new("education", "Education and Sports Bureau", "{0}教育体育局"),
        new("transport", "Transport Bureau", "{0}交通运输局"),
        new("civil", "Civil Affairs Bureau", "{0}民政局"),
        new("emergency", "Emergency Management Bureau", "{0}应急管理局"),
        new("planning", "Natural Resources and Planning Bureau", "{0}自然资源和规划局", "{1}自然资源和规划局{2}分局"),
        new("agriculture", "Agriculture and Rural Affairs Bureau", "{0}农业农村局"),
        new("water", "Water Affairs Bureau", "{0}水务局"),
        new("finance", "Finance Bureau", "{0}财政局"),
        new("development", "Development and Reform Commission", "{0}发展和改革委员会"),
        new("commerce", "Commerce Bureau", "{0}商务局"),
        new("culture", "Culture, Radio, Television and Tourism Bureau", "{0}文化广电和旅游局"),
        new("justice", "Justice Bureau", "{0}司法局"),
        new("insurance", "Healthcare Security Bureau", "{0}医疗保障局"),
        new("tax", "Tax Service", "国家税务总局{0}税务局"),
        new("veterans", "Veterans Affairs Bureau", "{0}退役军人事务局"),
        new("petition", "Public Complaints and Proposals Bureau", "{0}信访局"),
        new("services", "Data and Government Services Bureau", "{0}数据局"),
        new("fire", "Fire and Rescue", "{0}消防救援支队", "{0}消防救援大队"),
        new("discipline", "Commission for Discipline Inspection and Supervision", "{0}纪委监委"),
        new("industry", "Industry and Information Technology Bureau", "{0}工业和信息化局"),
        new("party", "Party Committee Organisation Department", "中共{0}委组织部"),
        new("ethnic", "Ethnic and Religious Affairs Bureau", "{0}民族宗教事务局"),
        new("audit", "Audit Bureau", "{0}审计局"),
        new("utilities", "Public Utilities (water, power, gas, heat)", "{0}公用事业管理局"),
        new("post", "Post and Telecommunications", "{0}邮政管理局"),
    ];

    /// <summary>What may stand after the "-" of a department's code.</summary>
    public static IReadOnlySet<string> Slugs { get; } = Departments.Select(d => d.Slug).ToHashSet(StringComparer.Ordinal);
}
