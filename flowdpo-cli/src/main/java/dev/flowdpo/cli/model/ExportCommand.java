package dev.flowdpo.cli.model;

import dev.flowdpo.cli.options.ModelFolderOptions;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.TextConverter;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.adapter.OnnxAdapterFile;
import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.MergedCheckpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.model.ModelSource;
import dev.flowdpo.runtime.text.TransformersFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code export}: adapters in a form that other programs read. */
@Command(
    name = "export",
    description = {
      "Writes adapters in a form that other programs read: as PEFT folders, worked into the weights"
          + " of the model, or as files for ONNX Runtime.",
      "Prints what was written. JSON: {\"written\":[…]}."
    })
public final class ExportCommand implements Callable<Integer> {
  @Mixin private OutputOptions output;
  @Mixin private ModelFolderOptions model;

  @Option(
      names = "--adapters",
      paramLabel = "DIR",
      required = true,
      description =
          "One PEFT adapter folder, or a folder with the sub-folders answer and stop, one of which"
              + " may be missing.")
  private Path adapters;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description =
          "Where to write. Two adapters go into the sub-folders answer and stop, or, for onnx, into"
              + " the files answer.onnx_adapter and stop.onnx_adapter.")
  private Path out;

  @Option(
      names = "--format",
      defaultValue = "peft",
      converter = Format.Converter.class,
      description =
          "peft: adapter_config.json and adapter_model.safetensors, for PEFT and vLLM; merged: a"
              + " model folder with W + alpha/r B A, in the base's type; onnx: OrtLoraAdapter"
              + " files. Default: ${DEFAULT-VALUE}.")
  private Format format;

  @Option(
      names = "--base-name",
      paramLabel = "NAME",
      description =
          "base_model_name_or_path of a PEFT folder; default: the absolute path of the model's"
              + " folder, or the name of its GGUF file.")
  private Optional<String> baseName = Optional.empty();

  /** What is written. */
  enum Format {
    PEFT,
    MERGED,
    ONNX;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Reads the name as it is printed. */
    static final class Converter extends TextConverter<Format> {
      Converter() {
        super(Format.values());
      }
    }
  }

  /** What is printed. */
  record Written(List<String> written) {}

  @Override
  public Integer call() {
    ModelSource base = ModelSource.of(model.path());
    ModelConfig config = base.config();
    List<String> written = new ArrayList<>();
    folders()
        .forEach(
            (name, folder) ->
                written.add(
                    write(base, config, name, PeftAdapters.read(folder, config)).toString()));
    written.forEach(path -> output.report().println("wrote " + path));
    output.result(new Written(written));
    return 0;
  }

  /** The adapter folders by the name of what is written; a single one has none. */
  private Map<String, Path> folders() {
    Map<String, Path> folders = new LinkedHashMap<>();
    if (Files.exists(adapters.resolve(PeftAdapters.CONFIG_FILE))) {
      folders.put("", adapters);
      return folders;
    }
    for (AdapterRole role : AdapterRole.values()) {
      Path folder = adapters.resolve(role.folderName());
      if (Files.isDirectory(folder)) {
        folders.put(role.folderName(), folder);
      }
    }
    if (folders.isEmpty()) {
      throw new InvalidInputException(
          adapters
              + ": expected "
              + PeftAdapters.CONFIG_FILE
              + " or the adapter folders answer or stop, found none of them");
    }
    return folders;
  }

  private Path write(ModelSource base, ModelConfig config, String name, AdapterWeights adapter) {
    Path target = name.isEmpty() ? out : out.resolve(name);
    switch (format) {
      case PEFT -> PeftAdapters.write(target, adapter, baseName.orElseGet(base::name));
      case MERGED -> {
        MergedCheckpoint.write(base.path(), adapter, target, MergedCheckpoint.USUAL_SHARD_BYTES);
        TransformersFiles.complete(target);
      }
      case ONNX -> {
        target = out.resolve((name.isEmpty() ? "adapter" : name) + OnnxAdapterFile.ENDING);
        OnnxAdapterFile.write(target, AdapterSnapshot.of(config, adapter));
      }
    }
    return target;
  }
}
