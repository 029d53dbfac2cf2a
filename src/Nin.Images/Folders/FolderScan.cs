using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Nin.Data;
using SkiaSharp;

namespace Nin.Images;

/// <summary>The picture files of a folder that has a folder for each class; none of them is opened.</summary>
sealed class FolderScan
{
    const string Formats = "PNG, JPEG, WebP, BMP or GIF";

    static readonly EnumerationOptions Folders = new() { AttributesToSkip = FileAttributes.Hidden | FileAttributes.System, IgnoreInaccessible = false };
    static readonly EnumerationOptions Below = new()
    {
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System, IgnoreInaccessible = false, RecurseSubdirectories = true, MaxRecursionDepth = 32,
    };

    FolderScan(string root, string[] classNames, List<ScannedFile> files) => (Root, ClassNames, Files) = (root, classNames, files);

    /// <summary>The folder's full path.</summary>
    public string Root { get; }

    /// <summary>The names of its folders, in ordinal order: equal on all machines.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Its picture files, class by class, in ordinal order of their paths.</summary>
    public IReadOnlyList<ScannedFile> Files { get; }

    /// <summary>Lists a folder's classes and their files, with what is in folders below them.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It has not two classes or more, or a class has no pictures.</exception>
    public static FolderScan Of(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!Directory.Exists(root))
            throw new DirectoryNotFoundException(File.Exists(root) ? $"{root} is a file; name the folder that has one folder per class." : $"{root} does not exist; name the folder that has one folder per class.");
        string[] classes = [.. new DirectoryInfo(root).EnumerateDirectories("*", Folders).Select(folder => folder.Name).Order(StringComparer.Ordinal)];
        if (classes.Length == 0) throw new InvalidDataException($"{root} has no folders: put the pictures of each class into a folder that has the class's name.");
        if (classes.Length == 1)
            throw new InvalidDataException($"{root} has one class only ({classes[0]}), and there is nothing to tell apart: add a folder for each other class.");
        var files = new List<ScannedFile>();
        for (int label = 0; label < classes.Length; label++)
        {
            int before = files.Count;
            files.AddRange(FilesOf(root, classes[label], label).OrderBy(file => file.Path, StringComparer.Ordinal));
            if (files.Count == before)
                throw new InvalidDataException($"{Path.Combine(root, classes[label])} has no pictures ({Formats}): add some, or delete the folder.");
        }

        return new FolderScan(root, classes, files);
    }

    /// <summary>SHA-256 over the files' names, lengths and times and over all that decides what is decoded of them.</summary>
    public string Key(Preprocessing rule, long maxPixels)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, RuleText(rule, maxPixels));
        foreach (string name in ClassNames) Append(hash, name);
        foreach (var file in Files) Append(hash, string.Create(CultureInfo.InvariantCulture, $"{file.Label} {file.Length} {file.Ticks} {file.Path}"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 over the folder's path and the rule: of the caches that have it alike, one is current.</summary>
    public string Place(Preprocessing rule, long maxPixels) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Root}\n{RuleText(rule, maxPixels)}")));

    // The decoder's version is in it: another one may decode other pixels.
    static string RuleText(Preprocessing rule, long maxPixels) => string.Create(
        CultureInfo.InvariantCulture,
        $"1 {typeof(SKCodec).Assembly.GetName().Version} {rule.Channels} {rule.Height} {rule.Width} {rule.Resize} {rule.Background} {maxPixels}");

    static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }

    static IEnumerable<ScannedFile> FilesOf(string root, string name, int label) =>
        from file in new DirectoryInfo(Path.Combine(root, name)).EnumerateFiles("*", Below)
        where IsPicture(file.Extension)
        select new ScannedFile(Path.GetRelativePath(root, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), label, file.Length, file.LastWriteTimeUtc.Ticks);

    static bool IsPicture(string extension) => extension.ToLowerInvariant() is ".png" or ".jpg" or ".jpeg" or ".webp" or ".bmp" or ".gif";
}

/// <summary>A file of a class.</summary>
/// <param name="Path">From the folder of the classes, with slashes.</param>
/// <param name="Label">The class, from 0.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Ticks">When it was last written.</param>
readonly record struct ScannedFile(string Path, int Label, long Length, long Ticks);
