// The README's first Java block becomes a class: its imports above, its statements in main.
def block = new File(root, 'README.md').getText('UTF-8').find(/(?s)```java\n(.*?)```/) { all, code -> code }
assert block != null: 'README.md has no block of Java'
def source
if (block =~ /(?m)^(public )?(final )?class /) {
  source = block.replaceFirst(/(?m)^(public )?(final )?class \w+/, 'public final class ReadmeExample')
} else {
  def (imports, statements) = block.readLines().split { it.startsWith('import ') }
  source = imports.join('\n') + '\n\npublic final class ReadmeExample {\n  private ReadmeExample() {}\n\n' +
      '  public static void main(String[] arguments) throws Exception {\n' +
      statements.collect { it.isEmpty() ? it : '    ' + it }.join('\n') + '\n  }\n}\n'
}
def file = new File(basedir, 'src/main/java/consumer/ReadmeExample.java')
file.parentFile.mkdirs()
file.setText('package consumer;\n\n' + source, 'UTF-8')
return true
