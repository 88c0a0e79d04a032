package dev.flowdpo.runtime.internal;

import dev.flowdpo.error.FlowException;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files that lie in this user's own folder for all runs, so that a run that is killed leaves
 * nothing behind. Stateless and thread-safe.
 */
public final class OwnFiles {
  private OwnFiles() {}

  /**
   * Returns a folder with the resources that lie beside a class, unpacked and checked.
   *
   * @param folderName the name of the folder itself, the same for every content
   * @param beside the class
   * @param prefix the place of the resources, from the class on
   * @param names the names of the resources
   * @throws FlowException if they are missing or cannot be unpacked
   */
  public static Path resources(
      String folderName, Class<?> beside, String prefix, List<String> names) {
    Map<String, URL> files = new LinkedHashMap<>();
    for (String name : names) {
      URL resource = beside.getResource(prefix + name);
      if (resource == null) {
        throw new FlowException(
            folderName + ": expected " + name + " on the class path, found none");
      }
      files.put(folderName + "/" + name, resource);
    }
    return UnpackedFiles.of(folderName, files).resolve(folderName);
  }

  /**
   * Returns a folder with an empty file, for libraries that check that there is one.
   *
   * @throws FlowException if it cannot be made
   */
  public static Path folderWithEmptyFile(String name) {
    Path folder = PrivateFolder.open().resolve("empty");
    try {
      Files.createDirectories(folder);
      if (!Files.exists(folder.resolve(name))) {
        Files.write(folder.resolve(name), new byte[0]);
      }
      return folder;
    } catch (IOException e) {
      throw PrivateFolder.failed(folder, e);
    }
  }
}
