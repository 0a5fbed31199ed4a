using Hotline.Load;

return args switch
{
    ["history", .. var rest] => await History.RunAsync(rest),
    ["calls", .. var rest] => await Calls.RunAsync(rest),
    _ => 2,
};
