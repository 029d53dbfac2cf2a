using System.Text;
using Nin.Checkpoints;
using Nin.Model.Tests.Data;

namespace Nin.Model.Tests.Checkpoints;

public sealed class AtomicFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public void WhatKilledWritersLeftIsClearedAndNothingElse()
    {
        string[] names = ["x", $"x.{Guid.NewGuid():N}.new", $"x.{Guid.NewGuid():N}.new.txt", $"xx.{Guid.NewGuid():N}.new", "x.new", $"x.{new string('g', 32)}.new"];
        foreach (string name in names) folder.Write(name, [1]);
        AtomicFile.ClearUnfinished(folder["x"]);
        Directory.GetFiles(folder.Path).Select(Path.GetFileName).Should().BeEquivalentTo(names.Where((_, i) => i != 1));
    }

    [Fact]
    public void ReplacesAFile()
    {
        folder.Write("x", Encoding.UTF8.GetBytes("a longer old content"));
        AtomicFile.Write(folder["x"], s => s.Write("new"u8), length: 3);
        File.ReadAllText(folder["x"]).Should().Be("new");
        Directory.GetFiles(folder.Path).Should().Equal(folder["x"]);
    }

    [Fact]
    public void AFailureHalfWayLeavesTheOldFileAndNothingElse()
    {
        folder.Write("x", "old"u8.ToArray());
        var write = () => AtomicFile.Write(folder["x"], s =>
        {
            s.Write(new byte[1 << 20]);
            throw new IOException("No space left on device.");
        });
        write.Should().Throw<IOException>().WithMessage($"{folder["x"]} could not be written: No space left on device.*unchanged*");
        File.ReadAllText(folder["x"]).Should().Be("old");
        Directory.GetFiles(folder.Path).Should().Equal(folder["x"]);
    }

    [Fact]
    public void ADiskWithoutRoomIsOneClearLine()
    {
        folder.Write("x", "old"u8.ToArray());
        // More than any disk has.
        var write = () => AtomicFile.Write(folder["x"], s => s.Write("new"u8), length: 1L << 60);
        write.Should().Throw<IOException>().WithMessage($"{folder["x"]} ({1L << 60:N0} bytes) could not be written: *")
            .And.Message.Should().NotContain("\n");
        File.ReadAllText(folder["x"]).Should().Be("old");
        Directory.GetFiles(folder.Path).Should().Equal(folder["x"]);
    }

    [Fact]
    public void APlaceThatIsNoFolderIsOneClearLine()
    {
        string file = folder.Write("x", "old"u8.ToArray());
        string path = Path.Combine(file, "y");
        var write = () => AtomicFile.Write(path, s => s.Write("new"u8), length: 3);
        write.Should().Throw<IOException>().WithMessage($"{path} (3 bytes) could not be written: *").And.Message.Should().NotContain("\n");
        File.ReadAllText(file).Should().Be("old");
    }

    [Fact]
    public void AFolderInThePlaceOfTheFileIsNotReplaced()
    {
        Directory.CreateDirectory(folder["x"]);
        var write = () => AtomicFile.Write(folder["x"], s => s.Write("new"u8));
        write.Should().Throw<Exception>().Which.Should().Match(e => e is IOException || e is UnauthorizedAccessException);
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(folder["x"]);
    }

    public void Dispose() => folder.Dispose();
}
