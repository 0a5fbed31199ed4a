using System.Globalization;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Intake;
using Hotline.Reporting;

namespace Hotline.Load;

/// <summary>
/// Makes whole lives of tickets up to the end of yesterday: most are closed, those of the last days stand where they would stand. Texts are
/// shorter than real ones (60 to 120 characters), so that ten millions fit on a disk; words, places, units and callers repeat with the skew of real ones.
/// </summary>
/// <param name="firstCounted">Tickets of earlier days get no timeline and no facts, and are counted only where they may still touch a day from then on.</param>
internal sealed class Lives(Town town, Contacts contacts, HotlineClock clock, int seed, DateOnly firstCounted)
{
    private static readonly string[] Things = [
        "路灯", "井盖", "垃圾桶", "消防通道", "电梯", "下水道", "自来水", "暖气", "噪音", "油烟", "共享单车", "占道经营", "违章建筑", "停车位", "绿化带", "宽带", "煤气管道", "公交站台",
        "物业费", "公共维修基金", "外墙", "楼道灯", "门禁", "监控", "快递柜", "广场舞", "工地扬尘", "渣土车", "流浪狗", "高空抛物", "充电桩", "飞线充电", "群租房", "口罩", "酒精", "社保卡", "医保报销",
        "居住证", "学区划分", "校外培训", "拖欠工资", "劳动合同", "养老金", "低保", "残疾证", "公积金", "房产证", "税务发票", "营业执照", "食品过期", "餐饮卫生", "药品价格", "网购退款", "健身卡退费"];
    private static readonly string[] Troubles = [
        "损坏多日无人维修", "影响居民正常休息", "多次反映没有结果", "存在严重安全隐患", "希望尽快处理", "要求退还费用", "夜间一直作业", "堆积如山气味很大", "被人私自占用", "经常停用", "收费不合理",
        "办理时间太长", "窗口工作人员态度不好", "电话一直打不通", "材料要求前后不一致", "已经漏水到楼下", "晚上十点以后仍然很吵", "老人孩子出行不便", "咨询办理流程", "请相关部门核实"];
    private static readonly string[] Openings = ["市民来电反映", "来电人称", "市民表示", "业主反映", "来电咨询", "网友留言称", "多位居民联名反映"];
    private static readonly string[] Endings = ["请核实处理。", "要求尽快答复。", "望有关单位重视。", "希望上门查看。", "请给予明确答复。", "来电人要求保密。", "已提供照片。"];
    private static readonly string[] Answers = ["已安排人员到现场核查，问题属实，当日处理完毕。", "经核实，正在按程序办理，已向市民解释。", "已联系维修单位，三个工作日内修复。", "该问题不属实，已与市民沟通并得到理解。"];
    private const string Characters = "春江花月夜金城东方明珠华安泰和祥瑞福源盛兴达宏远博雅静海通宁清云山水林泉石松竹梅兰菊荷塘桥港湾岭峰川溪谷园庭阁轩苑府邸居里坊巷弄";

    private readonly DateTimeOffset _end = clock.EndOf(clock.Today.AddDays(-1));

    public DateOnly FirstCounted => firstCounted;

    public IEnumerable<(string Dimension, Named Named)> Names =>
        town.Units.Select(u => ("unit", u)).Concat(town.Categories.Select(c => ("category", c))).Concat(town.Streets.Select(s => ("street", s)));

    /// <summary>When the tickets of a day are filed, in order: few at night, most in office hours.</summary>
    public DateTimeOffset[] Times(DateOnly day, int count)
    {
        var random = new Random(HashCode.Combine(seed, day.DayNumber));
        var start = clock.StartOf(day);
        var times = new DateTimeOffset[count];
        for (var i = 0; i < count; i++)
        {
            var hour = random.NextDouble() < 0.85 ? 8 + random.NextDouble() * 12 : random.NextDouble() * 24;
            times[i] = start.AddMilliseconds((long)(hour * 3600_000));
        }
        Array.Sort(times);
        return times;
    }

    public Page Make(DateOnly day, int page, DateTimeOffset[] times)
    {
        var random = new Random(HashCode.Combine(seed, day.DayNumber, page));
        var (from, to) = (page * 500, Math.Min(times.Length, (page + 1) * 500));
        var life = new Life(this, random, new Page(to - from, [], new Tally()), day);
        for (var i = from; i < to; i++) life.Live(string.Create(CultureInfo.InvariantCulture, $"{day:yyyyMMdd}-{i + 1:D6}"), times[i]);
        return life.Page;
    }

    private static T Pick<T>(Random random, IReadOnlyList<T> of) => of[random.Next(of.Count)];

    /// <summary>The first of the list most often.</summary>
    private static T Skewed<T>(Random random, IReadOnlyList<T> of) => of[(int)(of.Count * Math.Pow(random.NextDouble(), 2.2))];

    private sealed class Life(Lives lives, Random random, Page page, DateOnly day)
    {
        private readonly bool _counted = day >= lives.FirstCounted;
        private DateTimeOffset _end;

        public Page Page => page;

        public void Live(string number, DateTimeOffset filed)
        {
            _end = lives._end;
            var town = lives.Town;
            var street = Skewed(random, town.Streets);
            var category = Skewed(random, town.Categories);
            var place = $"{Characters[random.Next(Characters.Length)]}{Characters[random.Next(Characters.Length)]}{Pick(random, Suffixes)}";
            var address = $"{street.Name.Replace("街道办事处", "街道", StringComparison.Ordinal)}{place}{random.Next(1, 60)}号{random.Next(1, 30)}幢";
            var thing = Skewed(random, Things);
            var title = $"{place}{thing}{(random.Next(3) == 0 ? "问题" : Pick(random, Troubles))}";
            var description = string.Create(CultureInfo.InvariantCulture,
                $"{Pick(random, Openings)}{place}{random.Next(1, 60)}号附近{thing}{Pick(random, Troubles)}，{(random.Next(2) == 0 ? $"已持续{random.Next(1, 90)}天，" : "")}{Skewed(random, Things)}也{Pick(random, Troubles)}，联系{Characters[random.Next(Characters.Length)]}{Characters[random.Next(Characters.Length)]}{Characters[random.Next(Characters.Length)]}公司车牌苏F{random.Next(10000, 99999)}未果，{Pick(random, Endings)}");
            var channel = random.NextDouble() < 0.7 ? Channel.Phone : Pick(random, Enum.GetValues<Channel>());
            var kind = random.NextDouble() < 0.5 ? TicketKind.Complaint : Pick(random, Enum.GetValues<TicketKind>());
            var hint = random.Next(3) == 0 ? category.Code : null;
            var confidential = random.Next(50) == 0;
            var excluded = random.Next(100) == 0;
            var repeatOf = random.Next(12) == 0 ? $"{filed.AddDays(-random.Next(1, 20)):yyyyMMdd}-{random.Next(1, 500):D6}" : null;
            string? phone = null, phoneHash = null, name = null;
            if (random.Next(10) < 7)
            {
                var digits = string.Create(CultureInfo.InvariantCulture, $"1390{(int)(3_000_000 * Math.Pow(random.NextDouble(), 2)):D7}");
                phone = lives.Contacts.Seal(number, digits);
                phoneHash = lives.Contacts.Fingerprint(digits);
                if (random.Next(2) == 0) name = lives.Contacts.Seal(number, $"{"张李王赵陈"[random.Next(5)]}某");
            }

            Note(number, filed, "operator", "filed", $"{channel.Word()}, {kind.Word()}", null);
            var closedAt = default(DateTimeOffset?);
            var how = default(Closing?);
            var answer = default(string);
            var callbacks = new List<Callback>();
            var orders = new List<WorkOrderChanged>();
            var routed = default(TicketRouted);
            var status = TicketStatus.Filed;
            var version = 1;
            var reissuedAfter = 0;
            var publicReply = default(string);

            if (random.NextDouble() < 0.12)
            {
                (closedAt, how, answer, status) = (filed, Closing.Answered, Pick(random, Answers), TicketStatus.Closed);
                Note(number, filed, "operator", "answered", answer, null);
            }
            else
            {
                var withdrawn = random.NextDouble() < 0.015 ? filed.AddMinutes(random.Next(10, 600)) : DateTimeOffset.MaxValue;
                var deadline = random.Next(100) switch { < 30 => DeadlineClass.SameDay, < 85 => DeadlineClass.Normal, < 93 => DeadlineClass.Urgent, < 95 => DeadlineClass.Emergency, _ => DeadlineClass.Complex };
                var decided = filed.AddMilliseconds(random.Next(30, 3000));
                var round = 0;
                var cause = "filed";
                var routingVersion = 0;
                while (decided < _end && decided < withdrawn && closedAt is null)
                {
                    round++;
                    routingVersion++;
                    version++;
                    var triage = round == 1 && random.Next(50) == 0 ? decided.AddMinutes(random.Next(5, 300)) : default(DateTimeOffset?);
                    var lead = random.Next(2) == 0 ? street : Skewed(random, town.Units);
                    var waiting = triage > _end || triage > withdrawn;
                    if (triage is { } until && !waiting)
                    {
                        Note(number, decided, "dispatcher", "triage", "two-places: 两处地名", null);
                        decided = until;
                        routingVersion++;
                        version++;
                    }
                    var support = !waiting && random.Next(10) == 0 ? Skewed(random, town.Units) : null;
                    if (support == lead) support = null;
                    routed = new TicketRouted(
                        number, routingVersion, round, decided, "dispatcher", waiting ? null : lead, support is null ? [] : [support], deadline, category, street, waiting ? "two-places" : null);
                    page.Rows.Add((Table.Decision, [
                        number, round, cause, waiting ? null : "territory", waiting ? null : lead.Code, waiting ? null : lead.Name, Json.Write(routed.Support), deadline.Word(),
                        category.Code, category.Name, street.Code, street.Name, 0.93, waiting ? "ambiguous-place" : null, "[]", false,
                        """[{"zh":"地址中的街道名决定属地。","en":"The street in the address decides."}]""", decided, triage is null ? "dispatcher" : "dispatcher one"]));
                    if (waiting)
                    {
                        Note(number, decided, "dispatcher", "triage", "ambiguous-place: 两处地名", null);
                        status = TicketStatus.Triage;
                        break;
                    }
                    Note(number, decided, "dispatcher", "dispatched", $"{lead.Name}, {deadline.Word()}, round {round}", lead.Code);
                    status = TicketStatus.Dispatched;
                    var issued = decided.AddMilliseconds(random.Next(20, 500));
                    var (acceptBy, replyBy) = lives.Limits(deadline, issued);
                    var order = new WorkOrderChanged(
                        number, $"{number}-{round}-{lead.Code}", 1, round, lead, true, WorkOrderState.Issued, deadline, issued, acceptBy, null, replyBy, null, [], null, null, null);
                    var next = default(DateTimeOffset?);
                    if (round < 3 && random.NextDouble() < 0.05 && issued.AddMinutes(random.Next(5, 60)) is var returned && returned < _end && returned < withdrawn)
                    {
                        order = order with { Version = order.Version + 1, State = WorkOrderState.Returned, ReturnedAt = [returned] };
                        Note(number, returned, lead.Name, "returned", "不属于本单位职责", lead.Code);
                        page.Rows.Add((Table.HandledReturn, [returned, number, order.WorkOrder]));
                        var reviewed = returned.AddMinutes(random.Next(10, 600));
                        var (state, upheld) = (ReviewState.Pending, random.Next(10) < 6);
                        if (reviewed < _end && reviewed < withdrawn)
                        {
                            state = upheld ? ReviewState.Upheld : ReviewState.Rejected;
                            order = order with { Version = order.Version + 1, State = upheld ? WorkOrderState.Cancelled : WorkOrderState.Issued, UpheldAt = upheld ? reviewed : null, CancelledAt = upheld ? reviewed : null };
                            if (upheld) page.Rows.Add((Table.HandledReturn, [reviewed, number, order.WorkOrder]));
                            Note(number, reviewed, "dispatcher one", upheld ? "return-upheld" : "return-rejected", "已核实", lead.Code);
                            if (upheld) next = reviewed;
                        }
                        else if (withdrawn < _end)
                        {
                            state = ReviewState.Dropped;
                        }
                        page.Rows.Add((Table.Return, [
                            order.WorkOrder, returned, number, round, lead.Code, lead.Name, true, "不属于本单位职责", "三定方案", null, lead.Name, state.ToString().ToLowerInvariant(),
                            state is ReviewState.Upheld or ReviewState.Rejected ? reviewed : null, state is ReviewState.Upheld or ReviewState.Rejected ? "dispatcher one" : null, null]));
                    }
                    if (next is null && order.State == WorkOrderState.Issued)
                    {
                        var accepted = issued.AddTicks((long)((acceptBy - issued).Ticks * Math.Pow(random.NextDouble(), 3) * 1.2)).AddMilliseconds(order.ReturnedAt.Count * 40_000_000);
                        if (accepted < _end && accepted < withdrawn)
                        {
                            accepted = Whole(accepted);
                            order = order with { Version = order.Version + 1, State = WorkOrderState.Accepted, AcceptedAt = accepted };
                            version++;
                            status = TicketStatus.Accepted;
                            Note(number, accepted, lead.Name, "accepted", null, lead.Code);
                            var replied = Whole(accepted.AddTicks((long)(Math.Max(TimeSpan.TicksPerHour, (replyBy - accepted).Ticks) * (0.05 + Math.Pow(random.NextDouble(), 2)))));
                            if (replied < _end && replied < withdrawn)
                            {
                                publicReply = Pick(random, Answers);
                                order = order with { Version = order.Version + 1, State = WorkOrderState.Replied, RepliedAt = replied, PublicText = publicReply };
                                version++;
                                status = TicketStatus.Replied;
                                Note(number, replied, lead.Name, "replied", "resolved", lead.Code);
                                var at = replied;
                                for (var attempt = 0; attempt < 2 && closedAt is null && next is null; attempt++)
                                {
                                    at = Whole(at.AddMinutes(random.Next(30, 1800)));
                                    if (at >= _end || at >= withdrawn) break;
                                    var outcome = random.Next(100) switch { < 60 => CallbackOutcome.Satisfied, < 80 => CallbackOutcome.BasicallySatisfied, < 88 => CallbackOutcome.Dissatisfied, _ => CallbackOutcome.NotReached };
                                    var again = outcome == CallbackOutcome.Dissatisfied && round < 3 && random.Next(3) == 0;
                                    var callback = new Callback($"{number}-{callbacks.Count + 1}", round, at, outcome, outcome == CallbackOutcome.NotReached ? null : outcome != CallbackOutcome.Dissatisfied, again);
                                    callbacks.Add(callback);
                                    version++;
                                    page.Rows.Add((Table.Callback, [callback.Id, number, round, at, "operator", outcome.Word(), callback.Solved, "已回访", again]));
                                    Note(number, at, "operator", "called-back", outcome.Word(), null);
                                    if (again) (next, reissuedAfter, status) = (at, round, TicketStatus.Reissued);
                                    else if (outcome != CallbackOutcome.NotReached || attempt == 1) (closedAt, how, status) = (at, Closing.CalledBack, TicketStatus.Closed);
                                }
                            }
                        }
                    }
                    orders.Add(order);
                    if (support is not null) orders.Add(Support(number, round, support, deadline, issued, acceptBy, replyBy));
                    if (next is null) break;
                    (decided, cause) = (next.Value.AddMilliseconds(random.Next(30, 3000)), $"round:{round}");
                }
                if (closedAt is null && withdrawn < _end && status != TicketStatus.Closed)
                {
                    (closedAt, how, status) = (withdrawn, Closing.Withdrawn, TicketStatus.Closed);
                    Note(number, withdrawn, "operator", "withdrawn", "市民撤回", null);
                }
                if (routed is not null)
                {
                    page.Rows.Add((Table.Routing, [
                        number, filed, channel.Word(), kind.Word(), title, description, address, hint, null, confidential,
                        closedAt is not null ? "closed" : routed.Lead is null ? "triage" : "dispatched", closedAt ?? routed.At, routed.Round, routed.Version, closedAt, how?.Word()]));
                }
            }

            if (closedAt is { } ended)
            {
                version++;
                for (var i = 0; i < orders.Count; i++)
                {
                    if (orders[i].State is WorkOrderState.Issued or WorkOrderState.Accepted or WorkOrderState.Returned)
                        orders[i] = orders[i] with { Version = orders[i].Version + 1, State = WorkOrderState.Cancelled, CancelledAt = ended < orders[i].IssuedAt ? orders[i].IssuedAt : ended };
                }
            }
            foreach (var round in orders.Select(o => o.Round).Distinct())
            {
                page.Rows.Add((Table.Round, [
                    number, round, title, address, kind.Word(), channel.Word(), category.Code, category.Name, street.Code, street.Name, confidential,
                    filed, """[{"zh":"按时限等级计算。","en":"By its class."}]"""]));
            }
            foreach (var order in orders) Write(order, how);
            if (orders.Count > 0) page.Rows.Add((Table.Handling, [number, closedAt, how?.Word(), closedAt is null ? null : "operator"]));
            var last = orders.LastOrDefault(o => o.Lead);
            page.Rows.Add((Table.Ticket, [
                number, filed, "operator", channel.Word(), kind.Word(), title, description, address, hint, null, confidential, name, phone, phoneHash, repeatOf]));
            page.Rows.Add((Table.Progress, [
                number, filed, version, status.Word(), excluded, 0, answer, closedAt, how?.Word(), routed?.Round ?? 0, routed?.Version ?? 0, status == TicketStatus.Triage, reissuedAfter, routed?.Lead?.Code,
                routed?.Lead?.Name, routed?.Category?.Code, routed?.Category?.Name, last?.Round ?? 0, last?.Version ?? 0, last?.State.Word(), publicReply]));

            if (day < lives.FirstCounted.AddDays(-History.Reach)) return;
            var fact = Fact.Of(new TicketChanged(number, version, filed, channel, kind, hint, repeatOf, excluded, closedAt, how, callbacks));
            if (routed is not null) fact = fact.Merge(Fact.Of(routed with { DeadlineClass = routed.Lead is null ? null : routed.DeadlineClass }));
            foreach (var order in orders) fact = fact.Merge(Fact.Of(order));
            if (_counted) page.Rows.Add((Table.Fact, [number, fact.Write()]));
            Count.Add(page.Tally, fact, lives.Clock);
        }

        private WorkOrderChanged Support(string number, int round, Named unit, DeadlineClass deadline, DateTimeOffset issued, DateTimeOffset acceptBy, DateTimeOffset replyBy)
        {
            var order = new WorkOrderChanged(
                number, $"{number}-{round}-{unit.Code}", 1, round, unit, false, WorkOrderState.Issued, deadline, issued, acceptBy, null, replyBy, null, [], null, null, null);
            var accepted = Whole(issued.AddTicks((long)((acceptBy - issued).Ticks * random.NextDouble())));
            if (accepted >= _end) return order;
            order = order with { Version = 2, State = WorkOrderState.Accepted, AcceptedAt = accepted };
            var replied = Whole(accepted.AddTicks((long)((replyBy - accepted).Ticks * random.NextDouble())));
            return replied >= _end ? order : order with { Version = 3, State = WorkOrderState.Replied, RepliedAt = replied, PublicText = Pick(random, Answers) };
        }

        private void Write(WorkOrderChanged o, Closing? how)
        {
            var returns = o.ReturnedAt.Count == 0 ? "[]" : Json.Write(o.ReturnedAt.Select(at => new
            {
                At = at,
                By = o.Unit.Name,
                Reason = "不属于本单位职责",
                Basis = "三定方案",
                Review = o.UpheldAt is { } upheld ? new { At = upheld, By = "dispatcher one", Upheld = true, Note = "已核实" } : null,
            }));
            var replied = o.RepliedAt is not null;
            page.Rows.Add((Table.WorkOrder, [
                o.WorkOrder, o.Ticket, o.Round, o.Unit.Code, o.Unit.Name, o.Lead, o.State.Word(), false, o.Version, o.DeadlineClass.Word(), o.IssuedAt, o.AcceptBy, o.AcceptedAt,
                o.AcceptedAt is null ? null : o.Unit.Name, o.ReplyBy, returns, o.RepliedAt, replied ? o.Unit.Name : null, replied ? "resolved" : null,
                replied ? true : null, o.PublicText, o.PublicText, replied ? "张某" : null, replied ? "科长" : null, o.CancelledAt,
                o.CancelledAt is null ? null : o.UpheldAt is null ? how?.Word() ?? "superseded" : "return-upheld"]));
        }

        private void Note(string number, DateTimeOffset at, string actor, string action, string? reason, string? unit)
        {
            if (_counted) page.Rows.Add((Table.Timeline, [number, at, actor, action, unit, reason]));
        }
    }

    private enum ReviewState { Pending, Upheld, Rejected, Dropped }

    private static readonly string[] Suffixes = ["花园", "新村", "小区", "大厦", "路", "街", "广场", "苑", "公寓", "菜市场"];

    private Town Town => town;
    private Contacts Contacts => contacts;
    private HotlineClock Clock => clock;

    /// <summary>As every engine keeps it.</summary>
    private static DateTimeOffset Whole(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMillisecond));

    private (DateTimeOffset AcceptBy, DateTimeOffset ReplyBy) Limits(DeadlineClass deadline, DateTimeOffset issued)
    {
        var day = clock.DayOf(issued);
        return deadline switch
        {
            DeadlineClass.Emergency => (issued.AddMinutes(15), issued.AddHours(2)),
            DeadlineClass.SameDay => (issued.AddMinutes(30), clock.EndOf(day)),
            DeadlineClass.Urgent => (issued.AddHours(2), issued.AddHours(24)),
            DeadlineClass.Normal => (clock.At(day.AddDays(1), new TimeOnly(18, 0)), clock.At(day.AddDays(7), new TimeOnly(18, 0))),
            _ => (clock.At(day.AddDays(1), new TimeOnly(18, 0)), clock.At(day.AddDays(21), new TimeOnly(18, 0))),
        };
    }
}
