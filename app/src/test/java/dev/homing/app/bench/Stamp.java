package dev.homing.app.bench;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * The beginning of each payload: which event it is, its ordering key, and when its call was due.
 *
 * @param number from 0, in the order of the calls
 * @param key the ordering key, from 1; 0: none
 * @param due by {@link System#nanoTime()} of this JVM
 */
record Stamp(int number, int key, long due) {
  private static final String BEFORE_NUMBER = "{\"number\":\"";
  private static final int DIGITS_OF_NUMBER = 10;
  private static final String BEFORE_KEY = "\",\"key\":\"";
  private static final int DIGITS_OF_KEY = 5;
  private static final String BEFORE_DUE = "\",\"due\":\"";
  private static final int DIGITS_OF_DUE = 20;
  private static final String BEFORE_PADDING = "\",\"padding\":\"";
  private static final String END = "\"}";

  /** Incompressible filler, long enough for any payload. */
  private static final String NOISE =
      new Random(1)
          .ints(256 * 1024, 'a', 'z' + 1)
          .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
          .toString();

  private static final int NUMBER = BEFORE_NUMBER.length();
  private static final int KEY = NUMBER + DIGITS_OF_NUMBER + BEFORE_KEY.length();
  private static final int DUE = KEY + DIGITS_OF_KEY + BEFORE_DUE.length();

  /** JSON of that many bytes, a hundred at least. */
  byte[] payload(int length) {
    String head =
        BEFORE_NUMBER
            + digits(number, DIGITS_OF_NUMBER)
            + BEFORE_KEY
            + digits(key, DIGITS_OF_KEY)
            + BEFORE_DUE
            + digits(due, DIGITS_OF_DUE)
            + BEFORE_PADDING;
    return (head + NOISE.substring(0, length - head.length() - END.length()) + END)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static String digits(long number, int length) {
    String digits = Long.toString(number);
    return "0".repeat(length - digits.length()) + digits;
  }

  static Stamp of(byte[] payload) {
    return new Stamp(
        (int) number(payload, NUMBER, DIGITS_OF_NUMBER),
        (int) number(payload, KEY, DIGITS_OF_KEY),
        number(payload, DUE, DIGITS_OF_DUE));
  }

  private static long number(byte[] payload, int from, int length) {
    return Long.parseLong(new String(payload, from, length, StandardCharsets.US_ASCII));
  }
}
