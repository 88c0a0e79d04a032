package dev.flowdpo.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.runtime.internal.CudaLibraries.Provider;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of a machine that cannot use a graphics card, without one. */
class CudaLibrariesTest {
  private static final String CLASSES = "onnxruntime-1.28.0.jar";
  private static final Provider CUDA_12 =
      new Provider("com.microsoft.onnxruntime:onnxruntime_gpu", 12, "onnxruntime_gpu-1.28.0.jar");
  private static final Provider CUDA_13 =
      new Provider(
          "org.bytedeco:onnxruntime, linux-x86_64-gpu",
          13,
          "onnxruntime-1.28.0-1.5.14-linux-x86_64-gpu.jar");

  @Test
  void aMissingArtifactIsNamedWithItsCuda() {
    assertThat(
            new CudaLibraries(List.of(CLASSES), List.of(), true)
                .missing(false)
                .orElseThrow()
                .toString())
        .contains("found none (" + CLASSES + ")")
        .contains("com.microsoft.onnxruntime:onnxruntime_gpu:1.28.0 (CUDA 12)")
        .contains("org.bytedeco:onnxruntime:1.28.0-1.5.14")
        .contains("linux-x86_64-gpu (CUDA 13)");
  }

  @Test
  void twoArtifactsAtOnceAreNamed() {
    assertThat(
            new CudaLibraries(List.of(CLASSES, CUDA_12.jar()), List.of(CUDA_12), true)
                .missing(false)
                .orElseThrow()
                .toString())
        .contains("expected one artifact", CLASSES + " and " + CUDA_12.jar());
    assertThat(
            new CudaLibraries(List.of(CUDA_12.jar()), List.of(CUDA_12, CUDA_13), true)
                .missing(false)
                .orElseThrow()
                .toString())
        .contains("expected one CUDA provider")
        .contains("(CUDA 12, " + CUDA_12.jar() + ")")
        .contains("(CUDA 13, " + CUDA_13.jar() + ")");
  }

  @Test
  void aMissingDriverIsNamedWithTheCudaThatIsWanted() {
    assertThat(
            new CudaLibraries(List.of(CLASSES), List.of(CUDA_13), false)
                .missing(false)
                .orElseThrow()
                .toString())
        .contains("expected a driver of NVIDIA on this machine, found none")
        .contains("linux-x86_64-gpu is built for CUDA 13");
    assertThat(
            new CudaLibraries(List.of(CLASSES), List.of(), false)
                .missing(true)
                .orElseThrow()
                .toString())
        .contains("driver of NVIDIA")
        .doesNotContain("built for");
  }

  @Test
  void nothingIsMissingWhereAllIsThere() {
    assertThat(new CudaLibraries(List.of(CLASSES), List.of(CUDA_13), true).missing(false))
        .isEmpty();
    assertThat(new CudaLibraries(List.of(CLASSES), List.of(), true).missing(true)).isEmpty();
  }

  @Test
  void aLibraryThatTheSystemDoesNotFindIsNamed() {
    CudaLibraries found = new CudaLibraries(List.of(CUDA_12.jar()), List.of(CUDA_12), true);
    // What ONNX Runtime 1.28.0 says on a machine without CUDA.
    String error =
        "Error code - ORT_FAIL - message: Failed to load library"
            + " libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open"
            + " shared object file: No such file or directory";
    assertThat(found.explained(error).toString())
        .contains("libraries of CUDA 12 and cuDNN 9")
        .contains("found no libcublasLt.so.12")
        .contains("LD_LIBRARY_PATH")
        .contains("an artifact for CUDA 13, too");
    assertThat(found.explained("libcuda.so.1: cannot open shared object file").toString())
        .contains("driver of NVIDIA")
        .contains("libcuda.so.1");
    assertThat(found.explained("CUDA failure 35: CUDA driver version is insufficient").toString())
        .contains("a driver of NVIDIA that is new enough")
        .contains("built for CUDA 12");
    assertThat(found.explained("CUDA failure 101: invalid device ordinal").toString())
        .contains("a graphics card of that number");
    assertThat(found.explained("something else").toString()).contains("something else");
  }

  @Test
  void thisBuildHasOneArtifactWithoutAProvider() {
    CudaLibraries here = CudaLibraries.found();
    assertThat(here.classes()).singleElement().asString().startsWith("onnxruntime-");
    assertThat(here.providers()).isEmpty();
  }
}
