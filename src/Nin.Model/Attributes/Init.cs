namespace Nin;

/// <summary>How the weights of convolutions and linear layers start. Biases start at zero.</summary>
public enum Init
{
    /// <summary>
    /// Uniform in ±√(6 / fan-in), which keeps the variance of the signal through ReLU (He et al. 2015, "Delving Deep into
    /// Rectifiers"; PyTorch's <c>kaiming_uniform_(nonlinearity="relu")</c>).
    /// </summary>
    He,

    /// <summary>
    /// Uniform in ±√(6 / (fan-in + fan-out)), made for layers that are linear around zero (Glorot and Bengio 2010;
    /// PyTorch's <c>xavier_uniform_</c>). After it ReLU halves the variance at each layer, which NIN103 points out.
    /// </summary>
    Xavier,
}
