package dev.flowdpo.runtime.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A channel whose operations fail as {@link Faults} say. */
final class FaultyChannel extends FileChannel {
  private final FaultyFileSystem system;
  private final Path file;
  private final FileChannel channel;

  FaultyChannel(FaultyFileSystem system, Path file, FileChannel channel) {
    this.system = system;
    this.file = file;
    this.channel = channel;
  }

  /** Some transfer of bytes between a buffer and the file. */
  private interface Transfer {
    int with(ByteBuffer part) throws IOException;
  }

  private int transfer(Faults.Operation operation, ByteBuffer buffer, Transfer transfer)
      throws IOException {
    int most = system.faults.next(operation, file, buffer.remaining());
    ByteBuffer part = buffer.duplicate();
    part.limit(part.position() + most);
    int count = transfer.with(part);
    buffer.position(part.position());
    return count;
  }

  @Override
  public int read(ByteBuffer buffer) throws IOException {
    return transfer(Faults.Operation.READ, buffer, channel::read);
  }

  @Override
  public int read(ByteBuffer buffer, long position) throws IOException {
    return transfer(Faults.Operation.READ, buffer, part -> channel.read(part, position));
  }

  @Override
  public int write(ByteBuffer buffer) throws IOException {
    return transfer(Faults.Operation.WRITE, buffer, channel::write);
  }

  @Override
  public int write(ByteBuffer buffer, long position) throws IOException {
    return transfer(Faults.Operation.WRITE, buffer, part -> channel.write(part, position));
  }

  @Override
  public long read(ByteBuffer[] buffers, int offset, int length) throws IOException {
    return read(buffers[offset]);
  }

  @Override
  public long write(ByteBuffer[] buffers, int offset, int length) throws IOException {
    return write(buffers[offset]);
  }

  @Override
  public void force(boolean metadata) throws IOException {
    system.faults.next(Faults.Operation.FORCE, file, 0);
    system.durability.forced(file);
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    system.faults.next(Faults.Operation.NAME, file, 0);
    channel.truncate(size);
    return this;
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    system.faults.next(Faults.Operation.READ, file, 0);
    return channel.map(mode, position, size);
  }

  @Override
  public long position() throws IOException {
    return channel.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    channel.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return channel.lock(position, size, shared);
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return channel.tryLock(position, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    channel.close();
  }
}
