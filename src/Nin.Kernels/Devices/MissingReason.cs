namespace Nin;

/// <summary>Why a kind of device is missing.</summary>
/// <param name="Text">The reason, to stand behind a colon.</param>
/// <param name="IsBroken">True where something is installed that should give a device and fails.</param>
readonly record struct MissingReason(string Text, bool IsBroken);
