using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Nin.App.Runs;

namespace Nin.App.Commands;

/// <summary>The options of <c>nin train</c> that decide what a run computes, over a preset that gives the rest.</summary>
sealed class TrainOptions(ModelCatalog models)
{
    readonly Option<ModelEntry?> model = SharedOptions.Model(models, $"The network; {models.Default} unless given");
    readonly Option<string?> preset = OptionKinds.Choice(
        "--preset",
        $"Settings that other options override: {string.Join(", ", Preset.All.Select(p => $"{p.Name} ({p.Purpose})"))}; by default the model's own",
        [.. Preset.All.Select(p => p.Name)]);
    readonly Option<int?> epochs = OptionKinds.Integer(
        "--epochs", $"Times that all training images are seen ({Each(s => s.Epochs)}); beside --resume, the run's new total", least: 1);
    readonly Option<int?> batch = OptionKinds.Integer("--batch", $"Images per step ({TrainSettings.DefaultBatch})", least: 1);
    readonly Option<double?> lr = OptionKinds.Number(
        "--lr", $"Peak learning rate ({Rates(models)}; 0.001 with adam and adamw; less with a batch below 128 that was not given)", v => v > 0, "a number above 0");
    readonly Option<double?> momentum = OptionKinds.Number(
        "--momentum", $"Nesterov momentum of sgd ({Each(s => s.Momentum)})", v => v is >= 0 and < 1, "a number of 0 or more and below 1");
    readonly Option<double?> weightDecay = OptionKinds.Number(
        "--weight-decay", $"Weight decay ({Each(s => s.WeightDecay)}; 0 with adam, 0.01 with adamw)", v => v >= 0, "a number of 0 or more");
    readonly Option<string?> schedule = OptionKinds.Choice(
        "--schedule", $"How the learning rate moves ({Each(s => s.Schedule)})", Recipe.Schedules);
    readonly Option<string?> optimizer = OptionKinds.Choice("--optimizer", "What updates the weights (sgd)", Recipe.Optimizers);
    readonly Option<string?> init = OptionKinds.Choice("--init", $"How weights start ({Each(s => s.Init)})", Recipe.Inits);
    readonly Option<string?> augment = OptionKinds.Choice("--augment", $"How training images are varied ({Each(s => s.Augment)}; {FolderData.DefaultAugmentation} with a folder of pictures)", Recipe.Augmentations);
    readonly Option<int?> cutout = OptionKinds.Integer("--cutout", $"Side in pixels of a square cut out of every training image; 0 for none ({Each(s => s.Cutout ?? 0)})", least: 0, most: TrainSettings.MaxCutout);
    readonly Option<double?> smoothing = OptionKinds.Number(
        "--label-smoothing", $"Share of the target spread over all classes ({Each(s => s.LabelSmoothing ?? 0)})", v => v is >= 0 and < 1, "a number of 0 or more and below 1");
    readonly Option<double?> average = OptionKinds.Number(
        "--average", $"Test and save a moving average of the weights, of which a step leaves this share; 0 for none ({Each(s => s.Average ?? 0)})", v => v is >= 0 and < 1, "a number of 0 or more and below 1");
    readonly Option<double?> lastRate = OptionKinds.Number(
        "--last-rate", "What the learning rate of the last layer with weights is multiplied by (1)", v => v >= 0, "a number of 0 or more");
    readonly Option<int?> seed = OptionKinds.Integer("--seed", "Seed of weights, order, augmentation and dropout (0)", least: 0);
    readonly Option<int?> limit = OptionKinds.Integer("--limit", "Use the first n training images only", least: 1);
    readonly Option<int?> holdOut = OptionKinds.Integer(
        "--hold-out", "Hold out the last n training images and test on them instead of the test set: to choose settings by", least: 1);
    readonly Option<string?> dataset = SharedOptions.Dataset();
    readonly Option<double?> validation = OptionKinds.Number(
        "--validation", $"Share of each class for validation, where --data is a folder of pictures ({FolderData.DefaultValidation.ToString(CultureInfo.InvariantCulture)})",
        v => v is > 0 and < 1, "a number above 0 and below 1");
    readonly Option<int?> patience = OptionKinds.Integer(
        "--patience", $"Epochs no better than the best, after which training with such a folder stops and keeps the best weights ({FolderData.DefaultPatience})", least: 1);
    readonly Option<string?> precision = SharedOptions.Precision();

    /// <summary>The only one that may be combined with <c>--resume</c>: it makes a run longer.</summary>
    public Option<int?> Epochs => epochs;

    /// <summary>All of them, in the order of the help text.</summary>
    public Option[] All =>
        [
            model, preset, epochs, batch, lr, momentum, weightDecay, schedule, optimizer, init, augment, cutout, smoothing, average, lastRate, seed, limit, holdOut,
            dataset, validation, patience, precision,
        ];

    /// <summary>Those that a search for the learning rate takes, too.</summary>
    public Option[] OfRateSearch => [model, preset, batch, momentum, weightDecay, optimizer, init, augment, seed, limit, dataset, precision];

    /// <summary>The first given option that cannot be combined with <c>--resume</c>, or null.</summary>
    public Option? FirstGiven(ParseResult parsed) => All.FirstOrDefault(o => o != epochs && parsed.GetResult(o) is { Implicit: false });

    /// <summary>The network and the settings that were asked for.</summary>
    /// <exception cref="UsageException">Two options exclude each other.</exception>
    public (ModelEntry Model, TrainSettings Settings) Resolve(ParseResult parsed, string? data)
    {
        bool isFolder = parsed.GetValue(dataset) is null && FolderData.IsOne(data);
        foreach (Option own in (Option[])[validation, patience])
        {
            if (!isFolder && parsed.GetResult(own) is { Implicit: false })
                throw new UsageException($"{own.Name} belongs to pictures of your own: name their folder, which has one folder per class, with --data, or leave {own.Name} out.");
        }

        if (parsed.GetValue(holdOut) is not null && isFolder)
            throw new UsageException("--hold-out belongs to data sets: pictures of your own are divided with --validation; leave --hold-out out.");
        string? named = parsed.GetValue(preset);
        var entry = parsed.GetValue(model) ?? (named is null ? models.Default : models.ForPreset(named));
        var start = named is null ? entry.Settings : Preset.Of(named).Settings;
        string method = parsed.GetValue(optimizer) ?? start.Optimizer;
        if (method != "sgd")
        {
            if (parsed.GetValue(momentum) is not null)
                throw new UsageException($"--momentum belongs to sgd: leave it out, or leave out --optimizer {method}.");
            start = start with { Lr = 1e-3, Momentum = 0, WeightDecay = method == "adamw" ? 1e-2 : 0 };
        }

        return (entry, start with
        {
            Epochs = parsed.GetValue(epochs) ?? start.Epochs,
            Batch = parsed.GetValue(batch) ?? start.Batch,
            Lr = parsed.GetValue(lr) ?? start.Lr,
            IsLrChosen = parsed.GetValue(lr) is not null,
            Momentum = parsed.GetValue(momentum) ?? start.Momentum,
            WeightDecay = parsed.GetValue(weightDecay) ?? start.WeightDecay,
            Schedule = parsed.GetValue(schedule) ?? start.Schedule,
            Optimizer = method,
            Init = parsed.GetValue(init) ?? start.Init,
            Augment = parsed.GetValue(augment) ?? (isFolder && start.Augment == "none" ? FolderData.DefaultAugmentation : start.Augment),
            Cutout = NullIfZero(parsed.GetValue(cutout) ?? start.Cutout),
            LabelSmoothing = NullIfZero(parsed.GetValue(smoothing) ?? start.LabelSmoothing),
            Average = NullIfZero(parsed.GetValue(average) ?? start.Average),
            LastRate = parsed.GetValue(lastRate) ?? start.LastRate,
            Seed = parsed.GetValue(seed) ?? start.Seed,
            Limit = parsed.GetValue(limit),
            HoldOut = parsed.GetValue(holdOut),
            Dataset = isFolder ? RunData.FolderName : parsed.GetValue(dataset) ?? start.Dataset,
            Validation = isFolder ? parsed.GetValue(validation) ?? FolderData.DefaultValidation : null,
            Patience = isFolder ? parsed.GetValue(patience) ?? start.Patience ?? FolderData.DefaultPatience : null,
            Precision = (parsed.GetValue(precision) ?? start.Precision) is "float32" ? null : parsed.GetValue(precision) ?? start.Precision,
        });
    }

    // The default network's rate, then what others have of their own.
    static string Rates(ModelCatalog models)
    {
        double own = models.Default.Settings.Lr;
        var others = models.All.GroupBy(m => m.Settings.Lr).Where(group => group.Key != own)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Key} for {string.Join(", ", group.Select(m => m.Id))}"));
        return string.Join("; ", others.Prepend(own.ToString(CultureInfo.InvariantCulture)));
    }

    static string Each(Func<TrainSettings, object> value) =>
        string.Join(", ", Preset.All.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name}: {value(p.Settings)}")));

    static T? NullIfZero<T>(T? value) where T : struct, INumber<T> => value is { } v && T.IsZero(v) ? null : value;
}
