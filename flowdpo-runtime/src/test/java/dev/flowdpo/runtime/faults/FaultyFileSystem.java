package dev.flowdpo.runtime.faults;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * A folder of the real file system as a file system of its own, in which {@link Faults} happen. It
 * remembers what was forced to the disk, so that {@link #losePower} can take the rest away.
 */
public final class FaultyFileSystem extends FileSystem {
  final Faults faults;
  final Durability durability;
  private final Provider provider = new Provider();
  private final Path root;

  /** All that is in the folder counts as forced to the disk. */
  public FaultyFileSystem(Path root, Faults.Fault fault, long at) throws IOException {
    this.root = root.toRealPath();
    this.faults = new Faults(fault, at);
    this.durability = new Durability(this.root);
  }

  /** Returns the folder, as a path of this file system. */
  public Path folder() {
    return new FaultyPath(this, root);
  }

  public Faults faults() {
    return faults;
  }

  /** Leaves in the real folder what a power cut would have left, if there was one. */
  public void losePower() throws IOException {
    if (faults.losesPower() && faults.hasStruck()) {
      durability.restore(faults.tears());
    }
  }

  static Path real(Path path) {
    return path instanceof FaultyPath faulty ? faulty.real : path;
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    // There is nothing to close: the files are those of another file system.
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(folder());
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public Path getPath(String first, String... more) {
    return new FaultyPath(this, Path.of(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    PathMatcher matcher = root.getFileSystem().getPathMatcher(pattern);
    return path -> matcher.matches(real(path));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }

  private final class Provider extends FileSystemProvider {
    @Override
    public String getScheme() {
      return "faulty";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      return FaultyFileSystem.this;
    }

    @Override
    public Path getPath(URI uri) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel newFileChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      boolean isNew = Files.notExists(real(path), LinkOption.NOFOLLOW_LINKS);
      if (isNew && options.contains(StandardOpenOption.CREATE)) {
        faults.next(Faults.Operation.NAME, path, 0);
      }
      FileChannel channel = FileChannel.open(real(path), options, attributes);
      durability.opened(real(path));
      return new FaultyChannel(FaultyFileSystem.this, real(path), channel);
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      return newFileChannel(path, options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
      faults.next(Faults.Operation.READ, folder, 0);
      DirectoryStream<Path> real = Files.newDirectoryStream(real(folder));
      List<Path> children =
          StreamSupport.stream(real.spliterator(), false)
              .map(child -> folder.resolve(child.getFileName().toString()))
              .toList();
      return new DirectoryStream<>() {
        @Override
        public Iterator<Path> iterator() {
          return children.iterator();
        }

        @Override
        public void close() throws IOException {
          real.close();
        }
      };
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
      faults.next(Faults.Operation.NAME, folder, 0);
      Files.createDirectory(real(folder), attributes);
      durability.createdFolder(real(folder));
    }

    @Override
    public void delete(Path path) throws IOException {
      if (Files.exists(real(path), LinkOption.NOFOLLOW_LINKS)) {
        faults.next(Faults.Operation.NAME, path, 0);
      }
      Files.delete(real(path));
      durability.deleted(real(path));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
      faults.next(Faults.Operation.NAME, target, 0);
      Files.move(real(source), real(target), options);
      durability.moved(real(source), real(target));
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
      return Files.isSameFile(real(path), real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
      return Files.isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
      return Files.getFileStore(real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
      real(path).getFileSystem().provider().checkAccess(real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      return Files.getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      return Files.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
        throws IOException {
      return Files.readAttributes(real(path), attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
        throws IOException {
      Files.setAttribute(real(path), attribute, value, options);
    }
  }
}
