using System.Diagnostics.CodeAnalysis;
using Nin.Training;

namespace Nin;

/// <summary>A network, whatever its shapes: what a trainer and tools need. Generated classes implement <see cref="INetwork{TSelf, TIn, TOut}"/>.</summary>
// A trimmed program keeps the layers, which are properties: who looks into a network finds them by their names.
[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)]
public interface INetwork : IDisposable
{
    /// <summary>Where it runs.</summary>
    Device Device { get; }

    /// <summary>Its layers, shapes and parameters.</summary>
    Architecture Architecture { get; }

    /// <summary>Its parameters and buffers.</summary>
    ParameterSet Parameters { get; }

    /// <summary>The seed of its initial weights and of dropout.</summary>
    int Seed { get; }

    /// <summary>Training steps that its weights have seen.</summary>
    int TrainingSteps { get; set; }

    /// <summary>
    /// Bytes that training with batches of <paramref name="batch"/> takes as the network is now: parameters, their gradients, buffers and a session, without
    /// the activations and gradients that what is frozen does not need. An optimiser's state, the workspace of ops and prepacked weights are extra.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The batch is empty.</exception>
    long BytesToTrain(int batch);

    /// <summary>Opens a session for batches of up to <paramref name="maxBatch"/> examples.</summary>
    ISession CreateSession(int maxBatch);
}

/// <summary>A network with the shapes of one example as types.</summary>
/// <typeparam name="TIn">Shape that goes in.</typeparam>
/// <typeparam name="TOut">Shape that comes out.</typeparam>
public interface INetwork<TIn, TOut> : INetwork
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    /// <summary>Memory for a batch of inputs on the network's device.</summary>
    TensorBuffer<TIn> CreateInput(int batch);

    /// <summary>Inference: no dropout, running statistics. The result dies at the default session's next step.</summary>
    Tensor<TOut> Forward(Tensor<TIn> x);

    /// <summary>The forward pass of training, recorded for a loss and its <c>Backward</c>.</summary>
    Traced<TOut> ForwardTraining(Tensor<TIn> x);

    /// <summary>
    /// The forward pass of training as one value on the tape of <paramref name="x"/>: layers and networks before it get their gradients, and
    /// so does an input that asked for its own (<c>tape.Input(x, needsGradient: true)</c>).
    /// </summary>
    /// <remarks>
    /// Its memory is the default session's, so the network goes back before it runs again. To run it twice on one tape, open a session for
    /// each time: they share the weights, whose gradients add up.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The tape was reset since, or <paramref name="x"/> is this network's own result.</exception>
    Traced<TOut> ForwardTraining(Traced<TIn> x);

    /// <summary>A whole training step; returns the mean loss before it: cross entropy unless another one is named.</summary>
    float TrainStep(Tensor<TIn> x, ReadOnlySpan<int> labels, Optimizer optimizer, Loss? loss = null);

    /// <summary>A whole training step towards targets that are numbers; returns the mean loss before it.</summary>
    float TrainStep(Tensor<TIn> x, Tensor<TOut> targets, Optimizer optimizer, TargetLoss loss);

    /// <summary>Opens a session for batches of up to <paramref name="maxBatch"/> examples; one per thread that serves.</summary>
    new Session<TIn, TOut> CreateSession(int maxBatch);
}

/// <summary>
/// What a network's class says of itself before there is a network, whatever its shapes: how tools that are given a type create it, load it and
/// know what it costs. Generated classes implement it.
/// </summary>
/// <remarks><c>T.Architecture</c> is the class's; of an object it is <see cref="INetwork.Architecture"/>, through an <see cref="INetwork"/>.</remarks>
/// <typeparam name="TSelf">The network's class.</typeparam>
public interface INetworkType<TSelf> : INetwork
    where TSelf : INetworkType<TSelf>
{
    /// <summary>Layers, shapes and parameters of every network of the class.</summary>
    new static abstract Architecture Architecture { get; }

    /// <summary>A network with initial weights.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="seed">Keys the initial weights and dropout.</param>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    static abstract TSelf Create(Device device, int seed);

    /// <summary>A network with the weights of a safetensors file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or another network's.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    static abstract TSelf Load(Device device, string path);

    /// <summary>A network with weights from a stream of safetensors, which is left open.</summary>
    /// <exception cref="InvalidDataException">What it holds is damaged, or another network's.</exception>
    static abstract TSelf Load(Device device, Stream stream);

    /// <summary>Bytes that training takes with batches of <paramref name="batch"/>: parameters, their gradients, buffers and a session.</summary>
    static abstract long TrainingBytes(int batch);

    /// <summary>Bytes that inference takes with batches of <paramref name="batch"/>: parameters, buffers and a session.</summary>
    static abstract long InferenceBytes(int batch);
}

/// <summary>A network with what its class says of itself, and with the shapes of one example as types.</summary>
/// <typeparam name="TSelf">The network's class.</typeparam>
/// <typeparam name="TIn">Shape that goes in.</typeparam>
/// <typeparam name="TOut">Shape that comes out.</typeparam>
public interface INetwork<TSelf, TIn, TOut> : INetwork<TIn, TOut>, INetworkType<TSelf>
    where TSelf : INetwork<TSelf, TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape;

/// <summary>A session whatever its network's shapes; see <see cref="Session{TIn, TOut}"/>.</summary>
public interface ISession : IDisposable
{
    /// <summary>The largest batch that its memory holds now.</summary>
    int MaxBatch { get; }

    /// <summary>Bytes of activations and their gradients.</summary>
    long PlanBytes { get; }

    /// <summary>Bytes that ops asked for beside the plan.</summary>
    long WorkspaceBytes { get; }

    /// <summary>How many predictions of the last training step were right.</summary>
    int LastCorrect { get; }

    /// <summary>
    /// Takes the memory that training with batches of up to <paramref name="batch"/> examples needs, so that a batch that does not fit is reported
    /// before the first step. Without it the first step takes it.
    /// </summary>
    /// <exception cref="InsufficientMemoryException">It does not fit; the message says which batch would.</exception>
    void ReserveTraining(int batch);

    /// <summary>Inference over a batch in the shape of the network's input.</summary>
    Tensor Forward(Tensor x);

    /// <summary>The forward pass of training as one value on the tape of <paramref name="x"/>; see <see cref="Session{TIn, TOut}.ForwardTraining(Traced{TIn})"/>.</summary>
    Traced ForwardTraining(Traced x);

    /// <summary>A whole training step; returns the mean loss before it: cross entropy unless another one is named.</summary>
    float TrainStep(Tensor x, ReadOnlySpan<int> labels, Optimizer optimizer, Loss? loss = null);

    /// <summary>A whole training step towards targets that are numbers; returns the mean loss before it.</summary>
    float TrainStep(Tensor x, Tensor targets, Optimizer optimizer, TargetLoss loss);

    /// <summary>The same step without waiting for its loss.</summary>
    void QueueTrainStep(Tensor x, ReadOnlySpan<int> labels, Optimizer optimizer, Loss? loss = null);

    /// <summary>Waits for the training step that was queued last: its mean loss before it.</summary>
    float ReadLoss();
}
