package dev.naru.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Permission bits in octal, as {@code 660}. */
final class ModeBits implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
        if (!text.matches("0?[0-7]{3}")) {
            throw new TypeConversionException("'" + text + "' is no mode; write permission bits in octal, such as 660");
        }
        return Integer.parseInt(text, 8);
    }
}
