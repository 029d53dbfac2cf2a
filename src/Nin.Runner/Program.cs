using Nin;
using Nin.Runner.Models;
using Nin.Runner.Studies;

return await NinApp.RunAsync(args, app =>
{
    ShippedModels.AddTo(app);
    ShippedStudies.AddTo(app);
}).ConfigureAwait(false);
