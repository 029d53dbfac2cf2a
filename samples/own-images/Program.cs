using Nin;
using Nin.Samples;

// What a network has to beat; all other commands are Nin's.
if (args is ["baseline", var training, var test]) return PixelBaseline.Run(training, test);

return await NinApp.RunAsync(args, app => app.Add<EmojiNet>("emoji"));
