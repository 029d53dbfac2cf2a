using Nin.App;
using Nin.App.Studies;
using Nin.Runner.Models;

namespace Nin.Runner.Tests;

/// <summary>A program adds its own networks: what it may add, and what the defaults are.</summary>
public sealed class NinAppTests
{
    [Fact]
    public void The_first_network_is_the_default_unless_another_is_named()
    {
        var app = new NinApp().Add<Mnist28>("first").Add<Quick28>("second");
        app.Models.Default.Id.Should().Be("first");
        app.DefaultModel = "second";
        app.Models.Default.Id.Should().Be("second");
        app.Invoking(a => a.DefaultModel = "third").Should().Throw<ArgumentException>().WithMessage("No network 'third' was added; add it first.*");
    }

    [Fact]
    public void A_network_says_itself_what_it_is()
    {
        var model = new NinApp().Add<Mnist28>("first").Models.Default;
        (model.Architecture(), model.TrainingBytes(3), model.InferenceBytes(3)).Should().Be((Mnist28.Architecture, Mnist28.TrainingBytes(3), Mnist28.InferenceBytes(3)));
        using var device = Device.Open("cpu", threads: 1);
        using var network = model.Create(device, 7);
        network.Should().BeOfType<Mnist28>().Which.Seed.Should().Be(7);
    }

    [Fact]
    public void Settings_suit_a_network_that_names_none()
    {
        var app = new NinApp().Add<Mnist28>("plain").Add<Quick28>("normalised").Add<Quick28>("own", new TrainSettings { Lr = 0.3 });
        app.Models.All.Select(m => m.Settings.Lr).Should().Equal(0.01, 0.1, 0.3);
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(192, 8)]
    [InlineData(319, 8)]
    [InlineData(320, 16)]
    [InlineData(2559, 64)]
    [InlineData(2560, 128)]
    [InlineData(60_000, 128)]
    public void A_batch_that_nobody_chose_leaves_twenty_steps_an_epoch(int images, int batch)
    {
        var settings = TrainSettings.Quick.ForImages(images);
        (settings.Batch, settings.Lr).Should().Be((batch, 0.1 * Math.Sqrt(batch / 128.0)));
        (TrainSettings.Quick with { Lr = 0.3, IsLrChosen = true }).ForImages(images).Lr.Should().Be(0.3);
        (TrainSettings.Quick with { Batch = 100 }).ForImages(images).Batch.Should().Be(100);
        TrainSettings.Book.ForImages(images).Batch.Should().Be(128, "it is the book's");
    }

    [Theory]
    [InlineData("", "'' is not a valid id: *")]
    [InlineData("a b", "'a b' is not a valid id: *")]
    [InlineData("quick", "A network 'quick' was added already; choose another id.*")]
    public void An_id_is_a_word_of_its_own(string id, string message)
    {
        var app = new NinApp().Add<Quick28>("quick");
        app.Invoking(a => a.Add<Quick28>(id)).Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Settings_that_none_may_have_are_refused() => new NinApp()
        .Invoking(a => a.Add<Quick28>("quick", new TrainSettings { Schedule = "slow" }))
        .Should().Throw<ArgumentException>().WithMessage("The settings of 'quick' cannot be used: schedule is 'slow'; it must be one of constant, *");

    [Fact]
    public async Task A_program_without_networks_says_what_to_do() =>
        (await FluentActions.Awaiting(() => NinApp.RunAsync(["models"], _ => { })).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("No network was added: call Add first.");

    [Fact]
    public void A_network_of_a_study_is_found_but_not_listed_and_one_that_was_added_is_the_same()
    {
        var app = new NinApp().Add<Quick28>("quick").AddStudy(Widths());
        app.Models.Ids.Should().Equal("quick");
        app.Models.Get("Mnist28").Architecture().Should().Be(Mnist28.Architecture);
        app.Models.FindByClass("Mnist28")!.Id.Should().Be("Mnist28");
        app.Models.Known(StudyRow.Of<Quick28>("a", TrainSettings.Quick).Model).Id.Should().Be("quick");
        app.UseForPreset("accurate", "Mnist28").Models.ForPreset("accurate").Id.Should().Be("Mnist28");
        app.Models.ForPreset("book").Id.Should().Be("quick", "the default one, where nothing else was said");
        app.Invoking(a => a.UseForPreset("fast", "quick")).Should().Throw<ArgumentException>().WithMessage("There is no preset 'fast'; use quick, accurate, book.*");
    }

    [Fact]
    public void A_study_that_cannot_be_run_is_refused_when_it_is_added()
    {
        var app = new NinApp().Add<Quick28>("quick").AddStudy(Widths());
        Refuses(Widths(), "A study 'widths' was added already; choose another name.*");
        Refuses(new TrainingStudy("other", "?", []), "The study 'other' cannot be used: it has no scale.*");
        Refuses(Widths("a b"), "*'a b' is not a valid name: *");
        Refuses(Widths("other", row: "narrow"), "*two rows of a scale have one name.*");
        Refuses(Widths("other", settings: TrainSettings.Quick with { Lr = 0 }), "*the settings of wide cannot be used: lr is 0; it must be a number above 0.*");

        void Refuses(Study study, string message) => app.Invoking(a => a.AddStudy(study)).Should().Throw<ArgumentException>().WithMessage(message);
    }

    static TrainingStudy Widths(string name = "widths", string row = "wide", TrainSettings? settings = null) => new(name, "Does it pay?",
    [
        new StudyScale("small", "1 epoch", Seeds: 1, [StudyRow.Of<Quick28>("narrow", TrainSettings.Quick), StudyRow.Of<Mnist28>(row, settings ?? TrainSettings.Plain)]),
    ]);
}
