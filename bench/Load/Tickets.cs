using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hotline.Load;

/// <param name="Place">The address down to the street, as a citizen says it.</param>
internal sealed record Street(string Code, string Place);

/// <summary>Complaints as citizens make them, of 100 to 400 characters, from a seed: the same seed gives the same tickets.</summary>
internal sealed class Tickets(int seed, IReadOnlyList<Street> streets)
{
    private sealed record Subject(string Kind, string Title, string[] Says);

    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Each names its matter in words that the catalogue knows; some go by territory, some by duty.
    private static readonly Subject[] Subjects =
    [
        new("complaint", "生活垃圾无人清运", ["楼下的生活垃圾已经四天没有清运，垃圾堆到了人行道上。", "垃圾桶早就满了，垃圾堆积，苍蝇很多。"]),
        new("complaint", "物业公司不作为", ["小区物业公司收了物业费却不管事，电梯坏了两周没有维修。", "物业服务越来越差，打物业电话没有人接。"]),
        new("complaint", "流动摊贩占道经营", ["每天傍晚流动摊贩占道经营，行人只能走到机动车道上。", "摆摊的人越来越多，收摊以后满地油污。"]),
        new("complaint", "工地夜间施工噪音扰民", ["对面工地夜间施工，噪音扰民，一直到凌晨两点。", "打桩的噪声很大，家里老人和孩子都睡不着。"]),
        new("complaint", "饭店油烟污染", ["楼下饭店的油烟直接排到居民窗前，油烟扰民已有半年。", "油烟污染严重，夏天不敢开窗。"]),
        new("complaint", "违章建筑长期不拆", ["顶楼住户搭建了违章建筑，违建面积有四十多平方米。", "违法建设影响采光，还有安全隐患。"]),
        new("request", "井盖破损需要更换", ["路口的窨井盖破损，晚上看不清，已经有人摔倒。", "井盖响声很大，车一过就跳起来。"]),
        new("request", "路灯不亮请维修", ["这条路的路灯不亮已经一个星期，晚上一片漆黑。", "路灯杆上的编号看不清楚，一共有六盏路灯不亮。"]),
        new("complaint", "违章停车堵塞道路", ["路边违章停车严重，早上出门要等很久。", "车辆乱停乱放，占道停车没有人管。"]),
        new("complaint", "消防通道被占用", ["消防通道被私家车占用，消防车进不来。", "堵塞消防通道的情况反映过多次，一直没有改变。"]),
        new("request", "居家隔离需要送菜", ["我们一家四口居家隔离第五天，家里没有菜了。", "居家隔离期间还需要一支体温计，请社区帮忙。"]),
        new("complaint", "拖欠农民工工资", ["工程结束三个月了，包工头拖欠工资，一共十二个人。", "农民工工资一直不发，马上要过年了。"]),
        new("complaint", "健身房关门不退费", ["健身房突然关门，会员卡里的钱不退，健身卡是去年办的。", "健身中心的老板电话打不通。"]),
        new("inquiry", "公积金提取需要什么材料", ["想咨询公积金提取需要哪些材料，租房可不可以提取公积金。", "住房公积金的办理地点在哪里，中午有没有人。"]),
        new("inquiry", "身份证到期怎么换", ["身份证下个月到期，本人在外地，能不能在当地换领身份证。", "换身份证要不要本人到场，多久可以取。"]),
        new("complaint", "河道发黑发臭", ["门前的河道水体发黑，黑臭水体已经有一年多。", "有人往河里排放污水，河水发黑发臭。"]),
        new("complaint", "邻居养狗扰民", ["邻居家的狗每天半夜狗叫，遛狗不牵绳，吓到孩子。", "电梯里经常有狗的粪便，养狗的人从来不清理。"]),
        new("suggestion", "建议增设公交站台", ["附近新建了三个小区，建议增设公交站台，方便老人出行。", "公交线路离得太远，走到公交站要二十分钟。"]),
        new("complaint", "快递丢失无人赔偿", ["快递显示已经签收，但是本人没有收到，快递丢失没有人赔。", "快递员说放在门口，联系快递公司没有结果。"]),
        new("tip", "无证诊所非法行医", ["出租屋里有人开黑诊所，没有任何证件，属于非法行医。", "黑诊所给老人打针，已经有人出现不良反应。"]),
        new("request", "独居老人需要照看", ["母亲八十二岁，是独居老人，行动不便，希望社区上门照看。", "独居老人没有子女在身边，吃饭是个问题。"]),
        new("complaint", "出租车拒载宰客", ["晚上在路口打出租车，出租车司机拒载，还不打表。", "出租车司机态度很差，车牌已经记下来。"]),
    ];

    private static readonly string[] Details =
    [
        "这个情况从上个月开始，反反复复，一直没有得到解决。", "之前已经打过两次电话反映，当时答应三天之内处理，但是到现在没有任何人联系。", "附近住着很多老人和上学的孩子，大家意见都很大。",
        "希望有关部门尽快安排人员到现场核实处理，并且把结果告诉我们。", "如果白天没有人接电话，晚上七点以后打来也可以。", "楼上楼下几十户居民都可以作证，照片和视频也都保留着。",
        "上次有人来看过一次，拍了照就走了，之后没有下文。", "我们理解工作辛苦，但是这件事确实影响了大家的正常生活。", "天气越来越热，再拖下去问题会更加严重。", "请不要再转来转去，明确由哪个单位负责，什么时候能够办好。",
        "前天下午三点左右和昨天晚上九点左右各出现过一次，持续时间都在一个小时以上。", "对方说这不归他们管，让我们打热线电话反映。", "希望能够举一反三，把周边类似的地方一起检查一遍。",
    ];

    private static readonly string[] Roads = ["中山路", "解放路", "文化路", "学院路", "建设路", "和平路", "新华路", "滨河路", "创业路", "育才路", "康宁街", "翠竹巷"];
    private static readonly string[] Channels = ["phone", "phone", "phone", "web", "wechat", "wechat", "app", "email", "walk-in"];
    private static readonly string[] Surnames = ["张某", "李某", "王某", "赵某", "孙某", "周某", "吴某", "郑某"];

    private readonly Random _random = new(seed);

    public byte[] Next() => Body(Of(Subjects), Of(streets));

    /// <summary>One that surely goes to the street's own office.</summary>
    public byte[] For(Street street) => Body(Subjects[0], street);

    /// <summary>The words by which <see cref="For"/> is decided.</summary>
    public static string CertainText => Subjects[0].Title + Subjects[0].Says[0];

    private byte[] Body(Subject subject, Street street)
    {
        var description = new StringBuilder(subject.Says[0]).Append(subject.Says[1]);
        var length = _random.Next(100, 380);
        while (description.Length < length) description.Append(Of(Details));
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["channel"] = Of(Channels),
            ["kind"] = subject.Kind,
            ["title"] = subject.Title,
            ["description"] = description.ToString(),
            ["address"] = $"{street.Place}{Of(Roads)}{_random.Next(1, 400)}号{_random.Next(1, 30)}幢",
            ["caller"] = new JsonObject { ["name"] = Of(Surnames), ["phone"] = $"139{_random.Next(100_000_000):D8}" },
        }, Unescaped);
    }

    private T Of<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];
}
