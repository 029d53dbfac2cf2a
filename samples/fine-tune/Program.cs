using Nin;
using Nin.Samples;

return args switch
{
    ["compare", var onnx, var preprocessing, var weights, var folder] => Comparison.Run(onnx, preprocessing, weights, folder),
    ["tune", var how, var weights, var folder, .. var rest] => FineTuning.Run(how, weights, folder, epochs: rest is [var epochs, ..] ? int.Parse(epochs) : 10, seed: rest is [_, var seed, ..] ? int.Parse(seed) : 0),
    // All other commands are Nin's: predict, eval, explain and export for the networks that were trained.
    _ => await NinApp.RunAsync(args, app => app.Add<PhotoNet>("photos").Add<PlainNet>("plain")),
};
