"""Letters to customers."""


def fill(template, values):
    """Put values (a dict of strings) into a letter with {placeholders}.

    A placeholder without a value stays as it is.
    """
    for name in values:
        marker = "{" + name + "}"
        result = ""
        i = 0
        while i < len(template):
            if template[i:i + len(marker)] == marker:
                result = result + values[name]
                i = i + len(marker)
            else:
                result = result + template[i]
                i = i + 1
        template = result
    return template


def wrap(text, width):
    """Break a text into lines of at most ``width`` characters, at white space.

    A word longer than that gets a line of its own.
    """
    if width < 1:
        raise ValueError("width must be at least 1")
    words = []
    word = ""
    for char in text + " ":
        if char.isspace():
            if word != "":
                words = words + [word]
            word = ""
        else:
            word = word + char
    lines = []
    line = ""
    for word in words:
        if line == "":
            line = word
        elif len(line + " " + word) <= width:
            line = line + " " + word
        else:
            lines.append(line)
            line = word
    if line != "":
        lines.append(line)
    return lines


def common_words(text, count):
    """The most frequent words as (word, number) pairs.

    Words are runs of letters, in lower case; among equals the earlier one is first.
    """
    words = []
    numbers = []
    word = ""
    for char in text + ".":
        if char.isalpha():
            word = word + char.lower()
        elif word != "":
            if word in words:
                numbers[words.index(word)] += 1
            else:
                words.append(word)
                numbers.append(1)
            word = ""
    pairs = []
    while len(pairs) < count and words:
        best = 0
        for i in range(len(words)):
            if numbers[i] > numbers[best]:
                best = i
        pairs.append((words.pop(best), numbers.pop(best)))
    return pairs


def initials(names):
    """Short marks for customers: initials, made distinct by a number where needed."""
    marks = []
    for name in names:
        mark = ""
        for part in name.split():
            mark = mark + part[0].upper()
        if mark == "":
            raise ValueError("a customer without a name")
        number = 1
        distinct = mark
        while distinct in marks:
            number = number + 1
            distinct = mark + str(number)
        marks.append(distinct)
    return marks
