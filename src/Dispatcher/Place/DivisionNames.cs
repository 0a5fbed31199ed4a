using System.Buffers;

namespace Hotline.Dispatcher.Place;

/// <summary>Whether the words after a name make it a part of something else's name.</summary>
internal enum Swallowed : byte
{
    No,
    Likely,
    Yes,
}

/// <summary>How people shorten the names of divisions: 余杭区 → 余杭, 印江土家族苗族自治县 → 印江, 九堡街道 → 九堡.</summary>
internal static class DivisionNames
{
    /// <summary>The name without the word for its level and the nationalities before it; null where nothing sayable is left.</summary>
    public static string? Stem(string name, DivisionLevel level)
    {
        var stem = level switch
        {
            DivisionLevel.Province => Without(name, ProvinceWords),
            DivisionLevel.City => WithoutNationalities(name, CityWords),
            DivisionLevel.County => WithoutNationalities(name, CountyWords),
            DivisionLevel.Street => WithoutNationalities(name, StreetWords),
            _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Communities have CommunityStem."),
        };
        return stem.Length >= 2 && stem.Length < name.Length ? stem : null;
    }

    /// <summary>The length of a community's stem, 红鲍 of 红鲍村委会; of the whole name where nothing sayable would be left.</summary>
    public static int CommunityStem(ReadOnlySpan<char> name)
    {
        foreach (var word in CommunityWords)
            if (name.EndsWith(word)) return name.Length - word.Length >= 2 ? name.Length - word.Length : name.Length;
        return name.Length;
    }

    /// <summary>The length of the word for a street-level division at the start of <paramref name="text"/>, or 0.</summary>
    public static int StreetWord(ReadOnlySpan<char> text) => Longest(text, "街道办事处", "街道办", "街道", "办事处", "地区", "镇", "乡");

    /// <summary>The length of the word for a county or city at the start of <paramref name="text"/>, or 0.</summary>
    public static int CountyWord(ReadOnlySpan<char> text) => Longest(text, "自治县", "自治州", "自治旗", "地区", "县", "市", "区", "旗", "州");

    /// <summary>The length of the word for a community at the start of <paramref name="text"/>, or 0.</summary>
    public static int CommunityWord(ReadOnlySpan<char> text) =>
        Longest(text, "社区居民委员会", "社区居委会", "社区", "居民委员会", "居委会", "居委", "村民委员会", "村委会", "村委", "行政村", "村", "嘎查");

    /// <summary>
    /// Whether what follows a shortened name says that the name belongs to a road, a house or a shop: 和平|路, 上海|大厦, 南京|西路. One
    /// character that also begins ordinary words (永康|城…, 白云|山…) only makes it likely.
    /// </summary>
    public static Swallowed SwallowedBy(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return Swallowed.No;
        var direct = Thing(text);
        return direct == Swallowed.No && "东南西北中上下新老一二三四五六七八九十".Contains(text[0]) && text.Length > 1 && Thing(text[1..]) == Swallowed.Yes ? Swallowed.Yes : direct;
    }

    private static Swallowed Thing(ReadOnlySpan<char> text)
    {
        if (text[0] is '路' or '巷' or '弄' || text[0] == '街' && !text.StartsWith("街道")) return Swallowed.Yes;
        if (ThingStarts.Contains(text[0]))
        {
            foreach (var thing in Things)
                if (text.StartsWith(thing)) return Swallowed.Yes;
        }

        return text[0] is '桥' or '道' or '里' or '苑' or '线' or '站' or '山' or '河' or '湖' or '港' or '寺' or '城' ? Swallowed.Likely : Swallowed.No;
    }

    private static readonly string[] Things =
    [
        "大道", "大街", "胡同", "大桥", "高速", "公路", "大厦", "广场", "花园", "公寓", "小区", "新村", "医院", "学校", "小学", "中学", "大学", "酒店", "宾馆",
        "银行", "商城", "市场", "商场", "超市", "饭店", "家园", "名苑", "花苑", "公园", "人家", "菜场", "工业", "大酒店", "国际", "中心", "名都", "豪庭", "嘉园", "华庭", "雅苑", "宾舍",
        "有限", "公司", "集团", "火车", "汽车", "饭馆", "餐", "面馆", "小吃", "烧饼", "烤鸭", "特产",
    ];

    private static readonly SearchValues<char> ThingStarts = SearchValues.Create([.. Things.Select(t => t[0]).Distinct()]);
    private static readonly SearchValues<char> WordStarts = SearchValues.Create("街办地镇乡自县市区旗州社居村行嘎");

    private static int Longest(ReadOnlySpan<char> text, params ReadOnlySpan<string> words)
    {
        if (text.IsEmpty || !WordStarts.Contains(text[0])) return 0;
        foreach (var word in words)
            if (text.StartsWith(word)) return word.Length;
        return 0;
    }

    private static string Without(string name, string[] words)
    {
        foreach (var word in words)
            if (name.EndsWith(word, StringComparison.Ordinal)) return name[..^word.Length];
        return name;
    }

    private static string WithoutNationalities(string name, string[] words)
    {
        var bare = Without(name, words);
        if (bare.Length < 4 || bare[^1] != '族' && !name.Contains("自治", StringComparison.Ordinal)) return bare;
        for (var again = true; again;)
        {
            again = false;
            foreach (var nationality in Nationalities)
            {
                var rest = bare.EndsWith('族') ? bare.AsSpan(0, bare.Length - 1) : bare;
                if (rest.Length < nationality.Length + 2 || !rest.EndsWith(nationality) || rest.Length == bare.Length && nationality.Length == 1) continue;
                bare = rest[..^nationality.Length].ToString();
                again = true;
                break;
            }
        }

        return bare;
    }

    // Longer words before the shorter ones that end them.
    private static readonly string[] ProvinceWords = ["壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市"];
    private static readonly string[] CityWords = ["自治州", "地区", "市", "盟"];
    private static readonly string[] CountyWords = ["自治县", "自治旗", "新区", "县", "市", "区", "旗"];
    private static readonly string[] StreetWords = ["街道办事处", "街道", "办事处", "地区", "民族乡", "民族苏木", "苏木", "镇", "乡"];
    private static readonly string[] CommunityWords =
        ["社区居民委员会", "社区居委会", "社区", "居民委员会", "居委会", "嘎查村民委员会", "村村民委员会", "村村委会", "村民委员会", "村委会", "村", "嘎查"];

    private static readonly string[] Nationalities =
    [
        "维吾尔", "哈萨克", "柯尔克孜", "达斡尔", "塔吉克", "乌孜别克", "俄罗斯", "鄂温克", "塔塔尔", "鄂伦春", "蒙古", "布依", "朝鲜", "土家", "哈尼", "傈僳", "高山", "拉祜",
        "东乡", "纳西", "景颇", "仫佬", "布朗", "撒拉", "毛南", "仡佬", "锡伯", "阿昌", "普米", "德昂", "保安", "裕固", "独龙", "赫哲", "门巴", "珞巴", "基诺",
        "回", "藏", "苗", "彝", "壮", "满", "侗", "瑶", "白", "傣", "黎", "佤", "畲", "水", "土", "羌", "怒", "京", "各",
    ];
}
