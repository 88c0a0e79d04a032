package dev.flowdpo.runtime.internal;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import com.google.common.base.Throwables;
import com.google.common.util.concurrent.Uninterruptibles;
import dev.flowdpo.error.FlowException;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the native libraries ready: they are on the class path for this platform, lie unpacked in a
 * folder of this user's own, and are loaded with the {@link ProcessSettings} in place. Each is
 * prepared once a process, by whoever needs it first. Thread-safe.
 */
public final class NativeLibraries {
  private static final Logger LOG = LoggerFactory.getLogger(NativeLibraries.class);

  /** What glibc says of a library on a file system that is mounted noexec. */
  private static final String NOT_MAPPED = "failed to map segment";

  private static @Nullable OrtEnvironment environment;
  private static boolean onePool;
  private static boolean tokenizersReady;
  private static boolean learningReady;
  private static OptionalInt learningThreads = OptionalInt.empty();

  /** The first failure: the JDK says only that a class could not be initialised from then on. */
  private static @Nullable FlowException onnxRuntimeFailure;

  private static @Nullable FlowException learningFailure;

  private NativeLibraries() {}

  /**
   * Returns ONNX Runtime, loaded.
   *
   * @throws FlowException if it is not on the class path, cannot be unpacked or cannot be loaded;
   *     the message says why, and what to set
   */
  public static synchronized OrtEnvironment onnxRuntime() {
    if (environment == null) {
      if (onnxRuntimeFailure != null) {
        throw new FlowException(
            String.valueOf(onnxRuntimeFailure.getMessage()), onnxRuntimeFailure);
      }
      NativePlatform.current().requireSolving();
      if (!ProcessSettings.isSet(ProcessSettings.ONNX_RUNTIME_PATH)) {
        Path folder = UnpackedFiles.of("onnxruntime", NativePlatform.current().onnxRuntimeFiles());
        ProcessSettings.setDefault(ProcessSettings.ONNX_RUNTIME_PATH, folder.toString());
      }
      requireTemporaryFolder();
      try {
        environment = withOnePool();
      } catch (LinkageError | RuntimeException e) {
        String path = System.getProperty(ProcessSettings.ONNX_RUNTIME_PATH, "");
        onnxRuntimeFailure = notLoaded("ONNX Runtime", path, e);
        throw onnxRuntimeFailure;
      }
      removeEmptyFolder();
    }
    return environment;
  }

  /**
   * Returns whether sessions may take their threads from one pool of all: they may unless the
   * application made ONNX Runtime's environment before this library did, and without such a pool.
   */
  public static synchronized boolean onePool() {
    onnxRuntime();
    return onePool;
  }

  /**
   * Makes the environment with one pool of threads for all sessions. Threads of a session's own
   * wait in busy loops for a while after each run, and take a core from the next session's.
   */
  private static OrtEnvironment withOnePool() {
    try (OrtEnvironment.ThreadingOptions threads = new OrtEnvironment.ThreadingOptions()) {
      OrtEnvironment made =
          OrtEnvironment.getEnvironment(
              OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, OrtEnvironment.DEFAULT_NAME, threads);
      onePool = true;
      return made;
    } catch (IllegalStateException e) {
      LOG.debug("ONNX Runtime: the application made its environment before", e);
      return OrtEnvironment.getEnvironment();
    }
  }

  /**
   * Has the tokenizers library load from this user's own folder, and keeps it from the network.
   *
   * @throws FlowException if it is not on the class path or cannot be unpacked
   */
  public static synchronized void prepareTokenizers() {
    if (tokenizersReady) {
      return;
    }
    NativePlatform.current().requireSolving();
    if (!ProcessSettings.isSet(ProcessSettings.TOKENIZERS_PATH)) {
      Map<String, URL> files = NativePlatform.current().tokenizersFiles();
      String library = System.mapLibraryName("tokenizers");
      Path file = UnpackedFiles.of("tokenizers", files).resolve(library);
      ProcessSettings.setDefault(ProcessSettings.TOKENIZERS_PATH, file.toString());
    }
    ProcessSettings.setDefault(ProcessSettings.TOKENIZERS_FLAVOR, "cpu");
    ProcessSettings.setDefault(ProcessSettings.TOKENIZERS_TRACKING, "true");
    tokenizersReady = true;
  }

  /** Returns the error that says why the tokenizers library cannot be loaded. */
  public static FlowException tokenizersNotLoaded(Throwable cause) {
    String path = System.getProperty(ProcessSettings.TOKENIZERS_PATH, "");
    return notLoaded("the tokenizers", path, cause);
  }

  /**
   * Loads ND4J.
   *
   * @throws FlowException if it is not on the class path, cannot be unpacked or cannot be loaded;
   *     the message says why, and what to set
   */
  public static synchronized void prepareLearning() {
    if (learningReady) {
      return;
    }
    if (learningFailure != null) {
      throw new FlowException(String.valueOf(learningFailure.getMessage()), learningFailure);
    }
    NativePlatform.current().requireLearning();
    learningThreads = ProcessSettings.nd4jThreads();
    if (!ProcessSettings.isSet(ProcessSettings.JAVACPP_FOLDER)) {
      Path folder = PrivateFolder.open().resolve("javacpp");
      ProcessSettings.setDefault(ProcessSettings.JAVACPP_FOLDER, folder.toString());
    }
    ProcessSettings.setDefault(ProcessSettings.JAVACPP_MEMORY, "0");
    try {
      loadUninterrupted();
    } catch (LinkageError | RuntimeException e) {
      String path = System.getProperty(ProcessSettings.JAVACPP_FOLDER, "");
      learningFailure = notLoaded("ND4J", path, e);
      throw learningFailure;
    }
    learningReady = true;
  }

  /** Sets the number of OpenMP threads of the calling thread, which each thread has for itself. */
  public static void prepareLearningThread() {
    prepareLearning();
    learningThreads.ifPresent(
        threads -> NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads));
  }

  /** An interrupt while JavaCPP holds its file lock would leave classes that never initialise. */
  private static void loadUninterrupted() {
    @Nullable Throwable[] failure = {null};
    Thread loader = new Thread(NativeLibraries::loadNd4j, "flowdpo-natives");
    loader.setDaemon(true);
    loader.setUncaughtExceptionHandler((thread, e) -> failure[0] = e);
    loader.start();
    Uninterruptibles.joinUninterruptibly(loader);
    Throwable thrown = failure[0];
    if (thrown != null) {
      Throwables.throwIfUnchecked(thrown);
      throw new IllegalStateException(thrown);
    }
  }

  private static void loadNd4j() {
    if (learningThreads.isPresent()) {
      int threads = learningThreads.getAsInt();
      Nd4j.getEnvironment().setMaxThreads(threads);
      Nd4j.getEnvironment().setMaxMasterThreads(threads);
      // OpenBLAS has threads of its own, and yields the core at every product until they are done.
      Nd4j.factory().blas().setMaxThreads(threads);
    } else {
      Nd4j.getEnvironment();
    }
  }

  /** ONNX Runtime makes a folder there at its start, though it has nothing to put into it. */
  private static void requireTemporaryFolder() {
    String setting = "java.io.tmpdir";
    File folder = new File(System.getProperty(setting, ""));
    if (!folder.isDirectory() || !Files.isWritable(folder.toPath())) {
      throw new FlowException(
          "The temporary folder %s: expected one that can be written, which ONNX Runtime needs, found %s; set -D%s=DIR"
              .formatted(
                  folder, folder.isDirectory() ? "one that cannot" : "no such folder", setting));
    }
  }

  /** It would stay there when the process is killed. */
  private static void removeEmptyFolder() {
    try {
      Field field = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("tempDirectory");
      field.setAccessible(true);
      if (field.get(null) instanceof Path folder) {
        Files.deleteIfExists(folder);
      }
    } catch (ReflectiveOperationException | IOException | RuntimeException e) {
      LOG.debug("ONNX Runtime's empty temporary folder stays until the end of the process", e);
    }
  }

  static FlowException notLoaded(String library, String path, Throwable error) {
    boolean notMapped =
        Throwables.getCausalChain(error).stream()
            .anyMatch(cause -> String.valueOf(cause.getMessage()).contains(NOT_MAPPED));
    if (notMapped) {
      return PrivateFolder.notExecutable(Path.of(path), error);
    }
    Throwable cause = Throwables.getRootCause(error);
    return new FlowException(
        "The native library of %s cannot be loaded on %s from %s, though it is there: on Linux it expects glibc 2.34 or later and libstdc++. Found: %s"
            .formatted(library, NativePlatform.current().name(), path, cause),
        error);
  }
}
