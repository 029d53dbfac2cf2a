namespace Nin.Generators.Parsing;

/// <summary>
/// The members that generated code declares in every network beside its layers, as <see cref="OwnMembers.Signature"/> writes them. The user's
/// half cannot have them too; what a network only inherits it may hide.
/// </summary>
static class GeneratedMembers
{
    /// <summary>How an explicit implementation is named.</summary>
    public const string ExplicitDispose = "System.IDisposable.Dispose";

    const string Run = "ref global::Nin.Pass, ref global::Nin.Arena, global::Nin.DeviceView";

    static readonly string[] Signatures =
    [
        "ParameterCount", "ForwardMacs", "SessionPlan", "Architecture",
        "ActivationBytes(int)", "TrainingBytes(int)", "InferenceBytes(int)",
        "Load(global::Nin.Device, string)",
        $"RunInference({Run})", $"RunForward({Run})", $"RunBackward({Run}, global::Nin.DeviceView, bool)",
    ];

    /// <summary>Whether the user's half of a class declares what the generated one must.</summary>
    public static bool Contains(string signature) => Signatures.Any(own => OwnMembers.Clash(own, signature));

    /// <summary>Whether a network has a member of the name, inherited ones included.</summary>
    public static bool IsName(string name) => name == ExplicitDispose || LayerNames.Reserved.Contains(name);
}
