using Spectre.Console;
using Spectre.Console.Rendering;

namespace Nin.Runner.Runs;

/// <summary>The words beside a progress bar.</summary>
sealed class StatusColumn : ProgressColumn
{
    public string Text { get; set; } = "";

    protected override bool NoWrap => true;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Text);
}
