package dev.flowdpo.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Opens a report in a browser, without a display; leaves pictures in target for people. */
class ReportScreenshotTest {
  private static final Path FOLDER = Path.of("target", "report-screenshots");
  private static final int WIDTH = 1280;
  private static final int HEIGHT = 5500;
  private static final int BLUE = 0x0B62C4;
  private static final int ORANGE = 0xCF4A12;
  private static final int DARK_BLUE = 0x6AAEFF;

  private static Chromium browser;
  private static Path page;

  @BeforeAll
  static void write() {
    Optional<Chromium> found = Chromium.find();
    assumeTrue(found.isPresent(), "no chromium or google-chrome on the PATH");
    browser = found.orElseThrow();
    page = SampleReport.of(RealRuns.shared()).write(FOLDER);
  }

  @Test
  void showsChartsOnALightPage() throws Exception {
    Path png = FOLDER.resolve("light.png");

    Chromium.Run run = browser.screenshot(page, png, WIDTH, HEIGHT);

    assertThat(run.console()).isEmpty();
    BufferedImage image = ImageIO.read(png.toFile());
    assertThat(image.getWidth()).isEqualTo(WIDTH);
    assertThat(luminance(image)).isGreaterThan(200);
    assertThat(colours(image)).isGreaterThan(200);
    // The first chart's curves stand right of the contents and above the fold.
    assertThat(pixels(image, BLUE, 360, 500, WIDTH, 1000)).isGreaterThan(300);
    assertThat(pixels(image, ORANGE, 360, 500, WIDTH, 1000)).isGreaterThan(300);
  }

  @Test
  void isDarkWhereTheReaderPrefersIt() throws Exception {
    Path png = FOLDER.resolve("dark.png");

    Chromium.Run run =
        browser.screenshot(page, png, WIDTH, 2400, "--blink-settings=preferredColorScheme=0");

    assertThat(run.console()).isEmpty();
    BufferedImage image = ImageIO.read(png.toFile());
    assertThat(luminance(image)).isLessThan(60);
    assertThat(pixels(image, DARK_BLUE, 360, 500, WIDTH, 1000)).isGreaterThan(300);
  }

  @Test
  void fitsANarrowScreen() throws Exception {
    Path png = FOLDER.resolve("narrow.png");

    Chromium.Run run = browser.screenshot(page, png, 400, 7600);

    assertThat(run.console()).isEmpty();
    BufferedImage image = ImageIO.read(png.toFile());
    assertThat(image.getWidth()).isEqualTo(400);
    // Nothing that reaches over the right edge: there the page's own colour stands.
    int margin = image.getRGB(395, 150);
    long other = IntStream.range(100, 600).filter(y -> image.getRGB(396, y) != margin).count();
    assertThat(other).isZero();
    assertThat(pixels(image, BLUE, 0, 800, 400, 1600)).isGreaterThan(100);
  }

  @Test
  void readsOutValuesFoldsTreesAndHidesCurves() throws Exception {
    Path driven = FOLDER.resolve("driven.html");
    String script =
        """
        <script>
        const plot = document.querySelector('.plot');
        const key = name => plot.dispatchEvent(new KeyboardEvent('keydown', {key: name, bubbles: true}));
        document.querySelectorAll('.legend button')[1].click();
        key('End');
        document.querySelector('button[data-fold=close]').click();
        const result = document.documentElement.dataset;
        result.tip = plot.querySelector('.tip').innerText;
        result.hidden = document.querySelectorAll('svg g.off').length;
        result.open = document.querySelectorAll('.trees details[open]').length;
        result.overflow = document.documentElement.scrollWidth - window.innerWidth;
        </script></body>""";
    Files.writeString(driven, Files.readString(page).replace("</body>", script));

    Chromium.Run run = browser.dump(driven, 500, 900);

    assertThat(run.console()).isEmpty();
    assertThat(run.out())
        .contains("data-ready=\"true\"", "data-hidden=\"1\"", "data-open=\"0\"")
        .containsPattern("data-overflow=\"(0|-\\d+)\"")
        .containsPattern(
            "data-tip=\"problems learned from 2,000\\s+Flow with online DPO\\s+\\d\\d");
    assertThat(run.out().split("class=\"spine\"", -1)).hasSize(5);
    assertThat(run.out()).doesNotContain("data-tip=\"problems learned from 2,000\\s+no updates");
  }

  @Test
  void noticesAPageThatFails() throws Exception {
    Path broken = FOLDER.resolve("broken.html");
    Files.writeString(broken, "<!DOCTYPE html><script>missing();</script>");

    assertThat(browser.dump(broken, 400, 300).console()).anyMatch(line -> line.contains("missing"));
  }

  private static double luminance(BufferedImage image) {
    long sum = 0;
    for (int y = 0; y < image.getHeight(); y += 4) {
      for (int x = 0; x < image.getWidth(); x += 4) {
        int rgb = image.getRGB(x, y);
        sum += (rgb >> 16 & 0xFF) * 3L + (rgb >> 8 & 0xFF) * 6L + (rgb & 0xFF);
      }
    }
    return sum / 10.0 / ((image.getHeight() + 3) / 4) / ((image.getWidth() + 3) / 4);
  }

  private static long colours(BufferedImage image) {
    return IntStream.range(0, image.getHeight() / 2)
        .flatMap(y -> IntStream.range(0, image.getWidth() / 2).map(x -> image.getRGB(2 * x, 2 * y)))
        .distinct()
        .count();
  }

  private static long pixels(BufferedImage image, int rgb, int x0, int y0, int x1, int y1) {
    return IntStream.range(y0, y1)
        .flatMap(y -> IntStream.range(x0, x1).map(x -> image.getRGB(x, y) & 0xFFFFFF))
        .filter(pixel -> pixel == rgb)
        .count();
  }
}
