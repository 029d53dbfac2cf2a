using Nin.Runner.Models;

namespace Nin.Runner.Tests;

/// <summary>The networks of the tool, as its commands see them.</summary>
static class Shipped
{
    public static ModelCatalog Models { get; } = Catalog();

    static ModelCatalog Catalog()
    {
        var app = new NinApp();
        ShippedModels.AddTo(app);
        return app.Models;
    }
}
