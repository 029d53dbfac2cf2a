using System.Collections.Concurrent;
using Nin.Data;

namespace Nin.Images;

/// <summary>
/// A trained network that answers pictures with class names: it decodes, resizes and normalises as the file of weights says, in one call.
/// </summary>
/// <remarks>
/// Any thread may call any member at any time. Each request has a session of its own; there are as many as requests have come at once, and they
/// stay. The answers have the same bits whatever else is asked at the same time. Disposal does not wait: dispose it after the last call.
/// </remarks>
public sealed class Classifier : IDisposable
{
    const int BatchSize = 32;
    const string Unnamed = "The picture";

    // A PNG of one pixel.
    const string Smallest = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg==";

    readonly ClassifierOptions options;
    readonly ClassifierWorkers workers;
    readonly ClassifierWorkers batches;
    readonly RequestBatcher? batcher;
    readonly ConcurrentBag<ClassifierRequest> requests = [];
    readonly int imageLength;
    INetwork? ownedNetwork;
    Device? ownedDevice;

    Classifier(ServedNetwork network, Preprocessing preprocessing, ClassifierOptions options)
    {
        (this.options, Preprocessing) = (options, preprocessing);
        imageLength = preprocessing.Channels * preprocessing.Height * preprocessing.Width;
        workers = new ClassifierWorkers(network, preprocessing, options.MaxBatch);
        batches = new ClassifierWorkers(network, preprocessing, BatchSize);
        if (options.MaxBatch > 1) batcher = new RequestBatcher(workers, options.MaxBatch, options.MaxDelay);
    }

    /// <summary>How pictures are prepared, and the names of the classes.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>Loads a network with its preprocessing.</summary>
    /// <typeparam name="TNetwork">The network's class.</typeparam>
    /// <param name="path">A safetensors file that <c>net.Save(path, data.Preprocessing)</c> wrote.</param>
    /// <param name="device">Where it runs; it stays the caller's. Null for the best available, which the classifier disposes.</param>
    /// <param name="options">How it serves; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidDataException">
    /// The file was saved without preprocessing, it has other classes or another input than the network, or it is damaged.
    /// </exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public static Classifier Load<TNetwork>(string path, Device? device = null, ClassifierOptions? options = null)
        where TNetwork : INetworkType<TNetwork>
    {
        options ??= new ClassifierOptions();
        options.Check();
        var preprocessing = Preprocessing.Read(path);
        if (preprocessing.FindMismatch(TNetwork.Architecture) is { } mismatch) throw new InvalidDataException($"{path} cannot be used: {mismatch}");
        var owned = device is null ? device = Device.Best() : null;
        try
        {
            var network = TNetwork.Load(device, path);
            return new Classifier(ServedNetwork.Of(network), preprocessing, options) { ownedNetwork = network, ownedDevice = owned };
        }
        catch
        {
            owned?.Dispose();
            throw;
        }
    }

    /// <summary>Serves a network that exists already; it stays the caller's, and must live as long as the classifier.</summary>
    /// <exception cref="ArgumentException">An option is out of its range, or the preprocessing is for other classes or another input.</exception>
    public static Classifier Create(INetwork network, Preprocessing preprocessing, ClassifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(preprocessing);
        options ??= new ClassifierOptions();
        options.Check();
        return preprocessing.FindMismatch(network.Architecture) is { } mismatch
            ? throw new ArgumentException(mismatch, nameof(preprocessing))
            : new Classifier(ServedNetwork.Of(network), preprocessing, options);
    }

    /// <summary>Serves a network whose steps are known only at run time, such as an ONNX file's (<c>OnnxModel.Network</c>); it stays the caller's.</summary>
    /// <inheritdoc cref="Create(INetwork, Preprocessing, ClassifierOptions?)"/>
    public static Classifier Create(StepNetwork network, Preprocessing preprocessing, ClassifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(preprocessing);
        options ??= new ClassifierOptions();
        options.Check();
        return preprocessing.FindMismatch(network) is { } mismatch
            ? throw new ArgumentException(mismatch, nameof(preprocessing))
            : new Classifier(ServedNetwork.Of(network), preprocessing, options);
    }

    /// <summary>
    /// Answers a picture of one pixel, so that no request pays for what only the first one needs: the decoder's library is loaded, a session opened, and
    /// weights are packed. A server calls it while it starts.
    /// </summary>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public void WarmUp() => Predict(Convert.FromBase64String(Smallest));

    /// <summary>Classifies a picture file: PNG, JPEG, WebP, BMP or GIF.</summary>
    /// <param name="path">The file.</param>
    /// <param name="top">Classes wanted, the likeliest first; all, where there are fewer.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="top"/> is below 1.</exception>
    /// <exception cref="InvalidDataException">It is not a picture that can be used, or cannot be read: the message says why.</exception>
    public Prediction[] Predict(string path, int top = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Predict(path, top, static (request, path) => request.Decode(path));
    }

    /// <summary>Classifies an encoded picture that a stream holds, from its current position to its end. The stream is left open.</summary>
    /// <inheritdoc cref="Predict(string, int)"/>
    public Prediction[] Predict(Stream picture, int top = 1)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return Predict(picture, top, static (request, picture) => request.Decode(Unnamed, picture));
    }

    /// <summary>Classifies an encoded picture.</summary>
    /// <inheritdoc cref="Predict(string, int)"/>
    public Prediction[] Predict(ReadOnlySpan<byte> encoded, int top = 1) =>
        Predict(encoded, top, static (request, encoded) => request.Decode(Unnamed, encoded));

    /// <summary>Classifies pixels of the network's size, before normalisation.</summary>
    /// <param name="pixels">Bytes <c>[channels, height, width]</c>, 0 to 255.</param>
    /// <param name="top">Classes wanted, the likeliest first; all, where there are fewer.</param>
    /// <exception cref="ArgumentException">The number of pixels is wrong, or <paramref name="top"/> is below 1.</exception>
    public Prediction[] PredictPixels(ReadOnlySpan<byte> pixels, int top = 1)
    {
        CheckPixels(pixels);
        var request = Rent(top);
        try
        {
            Run(pixels, request.Probabilities);
            return request.Best(Preprocessing.ClassNames, top);
        }
        finally
        {
            requests.Add(request);
        }
    }

    /// <summary>The same without any allocation: the probability of each class, in the order of <see cref="Preprocessing"/>'s names.</summary>
    /// <param name="pixels">Bytes <c>[channels, height, width]</c>, 0 to 255.</param>
    /// <param name="probabilities">As many as there are classes.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void PredictPixels(ReadOnlySpan<byte> pixels, Span<float> probabilities)
    {
        CheckPixels(pixels);
        if (probabilities.Length != Preprocessing.ClassNames.Count)
            throw new ArgumentException($"Room for {probabilities.Length} probabilities where there are {Preprocessing.ClassNames.Count} classes.", nameof(probabilities));
        Run(pixels, probabilities);
    }

    /// <summary>Classifies many files, decoding on several threads and computing in batches.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="top">Classes wanted of each, the likeliest first; all, where there are fewer.</param>
    /// <returns>The answers in the order of the files.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="top"/> is below 1.</exception>
    /// <exception cref="InvalidDataException">One is not a picture that can be used: the message names the first, and why.</exception>
    public Prediction[][] PredictBatch(IReadOnlyList<string> paths, int top = 1)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Batch(paths.Count, top, (i, request) => request.Decode(paths[i]));
    }

    /// <summary>Classifies many encoded pictures.</summary>
    /// <inheritdoc cref="PredictBatch(IReadOnlyList{string}, int)"/>
    public Prediction[][] PredictBatch(IReadOnlyList<ReadOnlyMemory<byte>> pictures, int top = 1)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        return Batch(pictures.Count, top, (i, request) => request.Decode($"Picture {i}", pictures[i].Span));
    }

    /// <summary>Disposes the sessions, and the network and the device that <see cref="Load"/> opened.</summary>
    public void Dispose()
    {
        workers.Dispose();
        batches.Dispose();
        ownedNetwork?.Dispose();
        ownedDevice?.Dispose();
        (ownedNetwork, ownedDevice) = (null, null);
    }

    Prediction[] Predict<TPicture>(TPicture picture, int top, Action<ClassifierRequest, TPicture> decode)
        where TPicture : allows ref struct
    {
        var request = Rent(top);
        try
        {
            decode(request, picture);
            Run(request.Pixels, request.Probabilities);
            return request.Best(Preprocessing.ClassNames, top);
        }
        finally
        {
            requests.Add(request);
        }
    }

    void Run(ReadOnlySpan<byte> pixels, Span<float> probabilities)
    {
        if (batcher is not null)
        {
            batcher.Predict(pixels, probabilities);
            return;
        }

        var worker = workers.Rent();
        try
        {
            worker.Set(0, pixels);
            worker.Run(1);
            worker.Probabilities(0, probabilities);
        }
        finally
        {
            workers.Return(worker);
        }
    }

    Prediction[][] Batch(int count, int top, Action<int, ClassifierRequest> decode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        var answers = new Prediction[count][];
        var worker = batches.Rent();
        var failures = new InvalidDataException?[BatchSize];
        try
        {
            for (int first = 0; first < count; first += BatchSize)
            {
                int start = first, length = Math.Min(BatchSize, count - first);
                Array.Clear(failures);
                Parallel.For(0, length, () => Rent(top), (i, _, request) => DecodeInto(worker, start, i, request, decode, failures), requests.Add);
                if (Array.Find(failures, f => f is not null) is { } failure) throw failure;
                worker.Run(length);
                var reader = Rent(top);
                for (int i = 0; i < length; i++)
                {
                    worker.Probabilities(i, reader.Probabilities);
                    answers[first + i] = reader.Best(Preprocessing.ClassNames, top);
                }

                requests.Add(reader);
            }

            return answers;
        }
        finally
        {
            batches.Return(worker);
        }
    }

    static ClassifierRequest DecodeInto(ClassifierWorker worker, int first, int at, ClassifierRequest request, Action<int, ClassifierRequest> decode, InvalidDataException?[] failures)
    {
        try
        {
            decode(first + at, request);
            worker.Set(at, request.Pixels);
        }
        catch (InvalidDataException unusable)
        {
            failures[at] = unusable;
        }

        return request;
    }

    void CheckPixels(ReadOnlySpan<byte> pixels)
    {
        if (pixels.Length != imageLength)
            throw new ArgumentException(
                $"{pixels.Length} pixels where {Preprocessing.Channels} x {Preprocessing.Height} x {Preprocessing.Width} = {imageLength} are expected.", nameof(pixels));
    }

    ClassifierRequest Rent(int top)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        return requests.TryTake(out var request) ? request : new ClassifierRequest(Preprocessing, options.MaxPixels);
    }
}
