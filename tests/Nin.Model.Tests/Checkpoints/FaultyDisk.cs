using Nin.Checkpoints;

namespace Nin.Model.Tests.Checkpoints;

/// <summary>
/// A disk of which one operation fails, counted from 1: creating, each write (of which half is done), flushing, renaming, syncing, deleting.
/// With <paramref name="forGood"/> all that follow fail, too, as for a program that was killed there.
/// </summary>
sealed class FaultyDisk(int failAt, bool forGood = false) : Disk
{
    public List<string> Operations { get; } = [];

    public override Stream Create(string path, long length)
    {
        Do("create");
        return new FaultyStream(this, base.Create(path, length));
    }

    public override void Flush(Stream created)
    {
        Do("flush");
        base.Flush(((FaultyStream)created).Inner);
    }

    public override void Move(string from, string to)
    {
        Do("move");
        base.Move(from, to);
    }

    public override void MoveFolder(string from, string to)
    {
        Do("move folder");
        base.MoveFolder(from, to);
    }

    public override void CreateFolder(string path)
    {
        Do("create folder");
        base.CreateFolder(path);
    }

    public override void Delete(string path)
    {
        Do("delete");
        base.Delete(path);
    }

    public override void DeleteFolder(string path)
    {
        Do("delete folder");
        base.DeleteFolder(path);
    }

    public override void SyncFolder(string path)
    {
        Do($"sync {path}");
        base.SyncFolder(path);
    }

    void Do(string operation)
    {
        Operations.Add(operation);
        if (Operations.Count == failAt || (forGood && Operations.Count > failAt)) throw new IOException("No space left on device.");
    }

    sealed class FaultyStream(FaultyDisk disk, Stream inner) : Stream
    {
        public Stream Inner => inner;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                disk.Do("write");
            }
            catch (IOException)
            {
                inner.Write(buffer[..(buffer.Length / 2)]);
                throw;
            }

            inner.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
