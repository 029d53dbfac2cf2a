namespace Nin;

/// <summary>The user's cache folder.</summary>
static class UserCache
{
    /// <summary><c>nin/name</c> in <c>$XDG_CACHE_HOME</c> or <c>~/.cache</c>, on Windows in the local application data.</summary>
    public static string Folder(string name)
    {
        string? root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (OperatingSystem.IsWindows())
            root = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        else if (string.IsNullOrEmpty(root) || !Path.IsPathRooted(root)) // the XDG specification: a relative path is to be ignored
            root = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(root, "nin", name);
    }
}
