using Nin;
using Nin.Runner.Models;

return await NinApp.RunAsync(args, ShippedModels.AddTo).ConfigureAwait(false);
