using System.Runtime.InteropServices;

namespace Hotline.Data.Likeness;

/// <summary>
/// In how many texts a letter or pair stands: what few have tells more than what many have (inverse document frequency: K. Spärck Jones, A statistical interpretation of term
/// specificity, 1972). Learned from the hotline's own tickets, so that the name of its city tells nothing. Old texts fade: when so many have been added that the counts would go on
/// growing, all are halved.
/// </summary>
/// <param name="fadeAfter">Texts that are remembered, about; so the memory it takes is bounded.</param>
public sealed class Rarity(int fadeAfter = int.MaxValue)
{
    /// <summary>Before anything is learned: letters and words that stand in every second complaint wherever it is filed, as if a hundred had been read.</summary>
    private const string Everywhere =
        "的一是不了在有我们这个人到大来上为中就可以要你他说能会对也没时地出后多都还去过下好请年小得着于和及与被把从等但是因而其或该各本现再已向只很更最又之所将让给使当";

    private const string EverywherePairs =
        "尊敬 敬的 领导 您好 你好 我是 我们 希望 问题 反映 投诉 举报 咨询 请问 建议 有关 相关 关部 部门 解决 处理 严重 影响 小区 居民 业主 市民 政府 生活 现在 已经 没有 可以 什么 时候 谢谢 "
        + "附近 导致 情况 一直 多次 要求 关于 尽快 重视 城市 街道 社区 长期 旁边 晚上 扰民 的问 此致 敬礼 是否 为何 进行 以及 因为 所以 但是 如果 这个 他们 自己 还有 不是 就是 一个 这样 本人";

    private const int PriorTexts = 100, PriorCount = 50;

    private readonly Dictionary<uint, int> _texts = Prior();
    private int _count = PriorTexts;

    public void Add(string title, string description, string address = "")
    {
        var grams = Gist.GramsOf(title, description);
        TextGrams.AddTo(grams, address);
        Add(grams);
    }

    private void Add(HashSet<uint> grams)
    {
        if (_count >= fadeAfter) Fade();
        _count++;
        foreach (var gram in grams) CollectionsMarshal.GetValueRefOrAddDefault(_texts, gram, out _)++;
    }

    /// <summary>What a letter or pair tells; nothing, or less, where nearly every text has it.</summary>
    public float Weight(uint gram) => MathF.Log((_count + 1f) / (_texts.GetValueOrDefault(gram) + 0.5f));

    private void Fade()
    {
        _count /= 2;
        foreach (var gram in _texts.Keys.ToArray())
        {
            ref var texts = ref CollectionsMarshal.GetValueRefOrNullRef(_texts, gram);
            texts /= 2;
            if (texts == 0) _texts.Remove(gram);
        }
    }

    private static Dictionary<uint, int> Prior()
    {
        var counts = new Dictionary<uint, int>();
        foreach (var letter in Everywhere) counts[letter] = PriorCount;
        foreach (var pair in EverywherePairs.Split(' '))
        {
            counts[TextGrams.Pair(pair[0], pair[1])] = PriorCount / 2;
            foreach (var letter in pair) counts.TryAdd(letter, PriorCount / 2);
        }
        return counts;
    }
}
