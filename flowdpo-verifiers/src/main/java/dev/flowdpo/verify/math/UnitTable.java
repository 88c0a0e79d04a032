package dev.flowdpo.verify.math;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The units that answers carry, by name and sign, and the reading of "square inches per hour". */
final class UnitTable {
  private static final String[] LINES = {
    "m length 1 m meter meters metre metres",
    "m length 1000 km kilometer kilometers kilometre kilometres kms",
    "m length 1/100 cm centimeter centimeters centimetre centimetres",
    "m length 1/1000 mm millimeter millimeters millimetre millimetres",
    "m length 1/1000000000 nm nanometer nanometers",
    "m length 127/5000 in inch inches",
    "m length 381/1250 ft foot feet",
    "m length 1143/1250 yd yard yards",
    "m length 201168/125 mi mile miles",
    "s time 1 s sec secs second seconds",
    "s time 60 min mins minute minutes",
    "s time 3600 h hr hrs hour hours",
    "s time 86400 day days",
    "s time 604800 week weeks",
    "s time 1/1000 ms millisecond milliseconds",
    "month time 1 month months",
    "month time 12 year years yr yrs",
    "g mass 1 g gm gms gram grams",
    "g mass 1000 kg kgs kilogram kilograms",
    "g mass 1/1000 mg milligram milligrams",
    "g mass 45359237/100000 lb lbs pound pounds",
    "g mass 45359237/1600000 oz ounce ounces",
    "g mass 1000000 tonne tonnes",
    "g mass 45359237/50 ton tons",
    "m^3 volume 1/1000 l liter liters litre litres",
    "m^3 volume 1/1000000 ml milliliter milliliters millilitre millilitres cc",
    "m^3 volume 473176473/125000000000 gal gallon gallons",
    "m^3 volume 473176473/500000000000 qt quart quarts",
    "m^3 volume 473176473/1000000000000 pint pints",
    "m^3 volume 473176473/2000000000000 cup cups",
    "$ money 1 $ dollar dollars usd buck bucks",
    "$ money 1/100 cent cents ¢",
    "€ money 1 € euro euros eur",
    "£ money 1 £ gbp",
    "° angle 1 ° degree degrees deg",
    "rad angle 1 rad radian radians",
    "% share 1/100 % percent percentage",
    "N force 1 newton newtons",
    "J energy 1 j joule joules",
    "W power 1 w watt watts",
    "V voltage 1 v volt volts",
    "K temperature 1 kelvin kelvins",
    "Hz frequency 1 hz hertz",
    "mol amount 1 mol mole moles",
  };

  private static final Unit MILES_PER_HOUR =
      new Unit(ImmutableSortedMap.of("m", 1, "s", -1), Rational.of(201_168, 125 * 3_600));
  private static final ImmutableMap<String, Unit> UNITS = units();
  private static final Splitter WORDS =
      Splitter.on(CharMatcher.whitespace().or(CharMatcher.anyOf("~.,"))).omitEmptyStrings();
  private static final Pattern POWER = Pattern.compile("(.+?)(?:\\^\\s?+\\{?(-?\\d)\\}?|([²³]))$");

  private UnitTable() {}

  private static ImmutableMap<String, Unit> units() {
    Map<String, Unit> units = new HashMap<>();
    for (String line : LINES) {
      List<String> words = Splitter.on(' ').splitToList(line);
      List<String> scale = Splitter.on('/').splitToList(words.get(2));
      Rational size =
          Rational.of(
              Long.parseLong(scale.get(0)), scale.size() > 1 ? Long.parseLong(scale.get(1)) : 1);
      for (String word : words.subList(3, words.size())) {
        units.put(word, base(words.get(0), size));
      }
    }
    units.put("mph", MILES_PER_HOUR);
    return ImmutableMap.copyOf(units);
  }

  private static Unit base(String name, Rational size) {
    int power = name.indexOf('^');
    return power < 0
        ? Unit.base(name, size)
        : new Unit(
            ImmutableSortedMap.of(
                name.substring(0, power), Integer.parseInt(name.substring(power + 1))),
            size);
  }

  /** Returns the unit of degrees with words after them: °C and °F are no angles. */
  static Unit temperature(String words) {
    String scale = words.strip().toLowerCase(Locale.ROOT);
    return switch (scale) {
      case "c", "celsius", "centigrade" -> Unit.CELSIUS;
      case "f", "fahrenheit" -> Unit.FAHRENHEIT;
      default -> Unit.label("° " + scale);
    };
  }

  /** Returns the unit of that name or sign. */
  static Optional<Unit> find(String word) {
    Unit unit = UNITS.get(word);
    if (unit == null) {
      unit = UNITS.get(word.toLowerCase(Locale.ROOT));
    }
    return Optional.ofNullable(unit);
  }

  /** Returns the unit that words stand for; a label where a word is not known. */
  static Unit read(String words, Budget budget) {
    String spaced = words.replace("/", " / ").replace("·", " ").replace("\\cdot", " ");
    Unit product = Unit.NONE;
    int prefixPower = 1;
    int side = 1;
    for (String word : WORDS.split(spaced)) {
      budget.spend(2 + product.scale().height() / 64);
      String lower = word.toLowerCase(Locale.ROOT);
      switch (lower) {
        case "/", "per" -> side = -1;
        case "square", "sq" -> prefixPower = 2;
        case "cubic" -> prefixPower = 3;
        case "squared" -> product = product.times(product, budget);
        case "cubed" -> product = product.power(3, budget);
        default -> {
          Optional<Unit> unit = powered(word, budget);
          if (unit.isEmpty()) {
            return Unit.label(words.strip().toLowerCase(Locale.ROOT));
          }
          product = product.times(unit.get().power(prefixPower * side, budget), budget);
          prefixPower = 1;
        }
      }
    }
    return product.powers().isEmpty()
        ? Unit.label(words.strip().toLowerCase(Locale.ROOT))
        : product;
  }

  private static Optional<Unit> powered(String word, Budget budget) {
    Matcher power = POWER.matcher(word);
    if (!power.matches()) {
      return find(word);
    }
    String digit = power.group(2);
    int exponent = digit != null ? Integer.parseInt(digit) : power.group(3).equals("²") ? 2 : 3;
    return find(power.group(1)).map(unit -> unit.power(exponent, budget));
  }
}
