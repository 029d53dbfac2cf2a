using Nin.App;
using Nin.Data;

namespace Nin.Runner.Models;

/// <summary>The networks that ship with the tool, in the order in which they are listed.</summary>
static class ShippedModels
{
    public static void AddTo(NinApp app)
    {
        var centred = FashionMnist.Normalization;
        // The book trains on pixels from 0 to 1.
        app.Add<BookNin>("book", TrainSettings.Book)
            .Add<BookOnePointwise>("book-one-pointwise", TrainSettings.Book)
            .Add<Book96>("book96", TrainSettings.Book)
            .Add<Mnist28>("mnist28", TrainSettings.Plain, centred)
            .Add<Modern28>("modern28", TrainSettings.Quick, centred)
            .Add<Quick28>("quick28", TrainSettings.Quick, centred)
            .Add<Cifar10>("cifar10", TrainSettings.Plain, centred);
        app.DefaultModel = "quick28";
    }
}
