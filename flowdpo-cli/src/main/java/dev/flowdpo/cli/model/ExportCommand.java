package dev.flowdpo.cli.model;

import dev.flowdpo.cli.options.ModelFolderOptions;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.TextConverter;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.adapter.OnnxAdapterFile;
import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.gguf.GgufExport;
import dev.flowdpo.runtime.gguf.GgufFile;
import dev.flowdpo.runtime.model.ModelSource;
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
          + " of the model, or as files for ONNX Runtime and llama.cpp.",
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
          "Where to write. Two adapters go into the sub-folders answer and stop, or, for onnx,"
              + " gguf and gguf-lora, into files such as answer.onnx_adapter or stop.gguf.")
  private Path out;

  @Option(
      names = "--format",
      defaultValue = "peft",
      converter = Format.Converter.class,
      description =
          "peft: adapter_config.json and adapter_model.safetensors, for PEFT and vLLM; merged: a"
              + " model folder with W + alpha/r B A, in the base's type; onnx: OrtLoraAdapter"
              + " files; gguf: the same merged model as a file for llama.cpp, with tokenizer and chat"
              + " template; gguf-lora: a LoRA adapter for llama.cpp (--lora), for the base as GGUF."
              + " Default: ${DEFAULT-VALUE}.")
  private Format format;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description =
          "Of a merged model's matrices: f32, f16, bf16 or, for gguf, q8_0. Default: f16; a merged"
              + " folder of a folder has its base's.")
  private Optional<String> type = Optional.empty();

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
    ONNX,
    GGUF,
    GGUF_LORA;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
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
        base.writeMerged(adapter, type.map(ExportCommand::folderType), target);
      }
      case ONNX -> {
        target = out.resolve((name.isEmpty() ? "adapter" : name) + OnnxAdapterFile.ENDING);
        OnnxAdapterFile.write(target, AdapterSnapshot.of(config, adapter));
      }
      case GGUF -> {
        target = out.resolve((name.isEmpty() ? "model" : name) + GgufFile.ENDING);
        base.writeMergedGguf(adapter, GgufExport.type(type.orElse("f16")), target);
      }
      case GGUF_LORA -> {
        target = out.resolve((name.isEmpty() ? "adapter" : name) + GgufFile.ENDING);
        GgufExport.writeAdapter(config, adapter, target);
      }
    }
    return target;
  }

  private static DataType folderType(String name) {
    return DataType.named(name.toUpperCase(Locale.ROOT))
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "--type of a folder: expected f32, f16 or bf16, found " + name));
  }
}
